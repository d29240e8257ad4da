using System.Diagnostics;
using System.Text.Json;
using Gateway.Cli;
using Gateway.Tests.High.Import;
using Gateway.Tests.Storage.High;
using Xunit;

#pragma warning disable CA1716 // The folder is named as in src.
namespace Gateway.Tests.Cli.Imports;
#pragma warning restore CA1716

/// <summary>The commands of consumers against the calls over real gRPC and mutual TLS.</summary>
public sealed class ConsumerCommandTests : IAsyncLifetime
{
    private ConsumerSite site = null!;

    public async ValueTask InitializeAsync() => site = await ConsumerSite.StartAsync(TimeProvider.System);

    public ValueTask DisposeAsync() => site.DisposeAsync();

    [Fact]
    public async Task Watch_acknowledges_what_succeeded_and_goes_on_after_what_failed()
    {
        var good = await site.Catalog.PublishAsync(1, "lab/good");
        var bad = await site.Catalog.PublishAsync(2, "lab/bad");
        var last = await site.Catalog.PublishAsync(3, "lab/last");
        // A program that fails for one of three: test(1) compares two words.
        await WatchUntilAsync(
            async () => (await AcknowledgedAsync(good, "trainer")) && (await AcknowledgedAsync(last, "trainer")) && await DeadAsync("trainer") == 1,
            "--attempts", "1", "--json", "--exec", "/usr/bin/test", "{name}", "!=", "lab/bad");
        Assert.False(await AcknowledgedAsync(bad, "trainer"));

        var dead = await JsonAsync("imports", "consumers", "dead", "trainer");
        var letter = dead.GetProperty("deadLetters").EnumerateArray().Single();
        Assert.Equal("/usr/bin/test ended with exit code 1", letter.GetProperty("reason").GetString());
        Assert.Equal(bad, letter.GetProperty("import").GetProperty("id").GetString());
        await JsonAsync("imports", "consumers", "redeliver", "trainer");
        Assert.Equal(0, await DeadAsync("trainer"));
        await WatchUntilAsync(() => AcknowledgedAsync(bad, "trainer"), "--exec", "/bin/true");

        var listed = (await JsonAsync("imports", "consumers", "list")).GetProperty("consumers").EnumerateArray().Single();
        Assert.Equal((1, "cara"), (listed.GetProperty("attempts").GetInt32(), listed.GetProperty("creator").GetString()));
        Assert.Equal("deleted", (await JsonAsync("imports", "consumers", "delete", "trainer")).GetProperty("done").GetString());
        using var gone = Run();
        Assert.Equal(ExitCode.Refused, await gone.RunAsync("imports", "consumers", "dead", "trainer"));
        Assert.StartsWith("refused: CONSUMER_UNKNOWN", gone.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deadline_is_extended_while_a_command_runs_longer_than_it()
    {
        var id = await site.Catalog.PublishAsync(1);
        await WatchUntilAsync(() => AcknowledgedAsync(id, "trainer"), "--deadline", "5", "--attempts", "1", "--exec", "/bin/sleep", "8");
        Assert.Equal(0, await DeadAsync("trainer"));
        Assert.Single(await site.Catalog.ListAuditAsync(0, 1_000, default), record => record.Entry.Action == "delivery.handed-out");
    }

    [Fact]
    public async Task Watch_that_is_stopped_ends_its_command_and_gives_the_import_back_at_once()
    {
        // No other process sleeps for just so long.
        var seconds = $"6{System.Environment.ProcessId}";
        await site.Catalog.PublishAsync(1);
        await WatchUntilAsync(() => Task.FromResult(IsRunning(seconds)), "--deadline", "3600", "--exec", "/bin/sleep", seconds);
        Assert.False(IsRunning(seconds));
        var listed = (await site.Catalog.ListConsumersAsync("", 10, default)).Single();
        Assert.Equal((1, 0), (listed.Waiting, listed.Outstanding));
        Assert.Contains(await site.Catalog.ListAuditAsync(0, 1_000, default), record => record.Entry.Detail == "trainer, attempt 1 of 5: interrupted");
    }

    [Fact]
    public async Task Program_that_cannot_start_ends_the_watch_and_gives_the_import_back()
    {
        await site.Catalog.PublishAsync(1);
        using var run = Run();
        Assert.Equal(ExitCode.Usage, await run.RunAsync("imports", "watch", "--consumer", "trainer", "--exec", "/nowhere/program"));
        Assert.Contains("/nowhere/program cannot be started", run.LastError, StringComparison.Ordinal);
        var listed = (await site.Catalog.ListConsumersAsync("", 10, default)).Single();
        Assert.Equal((1, 0), (listed.Waiting, listed.Outstanding));
    }

    [Theory]
    [InlineData("--since is for watches", "--consumer", "c", "--since", "x", "--exec", "/bin/true")]
    [InlineData("--match is for consumers", "--match", "a/b")]
    [InlineData("--from-now is for consumers", "--consumer", "c", "--from-now")]
    public async Task Options_that_do_not_go_together_are_a_usage_error(string why, params string[] line)
    {
        using var run = Run();
        Assert.Equal(ExitCode.Usage, await run.RunAsync(["imports", "watch", .. line]));
        Assert.Contains(why.Split(' ')[0], run.LastError, StringComparison.Ordinal);
    }

    private static bool IsRunning(string argument) => Process.GetProcessesByName("sleep").Any(process =>
    {
        using (process)
        {
            return CommandLineOf(process).Split('\0').Contains(argument);
        }
    });

    private static string CommandLineOf(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private CommandLineRun Run()
    {
        var run = new CommandLineRun();
        run.Variables["GATEWAY_CONTEXTS"] = site.WriteContexts("cara");
        return run;
    }

    private async Task<JsonElement> JsonAsync(params string[] line)
    {
        using var run = Run();
        Assert.Equal(ExitCode.Done, await run.RunAsync([.. line, "--json"]));
        using var document = JsonDocument.Parse(run.Out);
        return document.RootElement.Clone();
    }

    /// <summary>Watches as a consumer until a condition holds.</summary>
    private async Task WatchUntilAsync(Func<Task<bool>> condition, params string[] line)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, TestContext.Current.CancellationToken);
        using var run = Run();
        var watch = GatewayCommand.RunAsync(["imports", "watch", "--consumer", "trainer", .. line], run.Environment, ended.Token);
        while (!await condition())
        {
            Assert.False(watch.IsCompleted, run.Errors);
            Assert.False(limit.IsCancellationRequested, run.Out + run.Errors);
            await Task.WhenAny(watch, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        }

        await ended.CancelAsync();
        Assert.Equal(ExitCode.Interrupted, await watch);
    }

    private async Task<bool> AcknowledgedAsync(string id, string consumer) =>
        (await site.Catalog.FindAsync(id, default)).Succeeded(out var import, out _) && import.AcknowledgedBy.Contains(consumer);

    private async Task<long> DeadAsync(string consumer) =>
        (await site.Catalog.ListConsumersAsync("", 10, default)).SingleOrDefault(c => c.Name == consumer)?.Dead ?? 0;
}
