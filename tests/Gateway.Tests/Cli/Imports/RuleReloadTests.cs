using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Gateway.Tests.High.Import;
using Gateway.Tests.Storage.High;
using Xunit;

#pragma warning disable CA1716 // The folder is named as in src.
namespace Gateway.Tests.Cli.Imports;
#pragma warning restore CA1716

/// <summary>Rules exchanged while they are carried out, by the signal that systemd sends.</summary>
public sealed class RuleReloadTests : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private readonly List<string> told = [];
    private ConsumerSite site = null!;
    private Process process = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        site = await ConsumerSite.StartAsync(TimeProvider.System);
        Write(Rule("work", "sh", "-c", "echo first {name} >> did"));
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "gateway"), ["imports", "run", "--rules", directory["rules.json"]])
        {
            WorkingDirectory = directory.Path, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["GATEWAY_CONTEXTS"] = site.WriteContexts("cara");
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (told)
            {
                told.Add(line.Data ?? "");
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        await site.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Valid_rules_hold_for_what_is_begun_after_them_and_invalid_ones_change_nothing_and_are_told_of_whole()
    {
        await PublishAsync(1, "lab/a");
        await UntilDidAsync("first lab/a");

        Write(Rule("work", "sh", "-c", "echo second {name} >> did"), Rule("more", "sh", "-c", "echo more {name} >> did"));
        await ReloadAsync("are in force");
        await UntilAsync(() => HasConsumerAsync("more"));
        await PublishAsync(2, "lab/b");
        await UntilDidAsync("first lab/a", "more lab/a", "second lab/b", "more lab/b");

        Write("""{"name": "work", "exec": []}""", """{"name": "more", "kind": "model", "exec": ["true"]}""");
        await ReloadAsync("the rules from before stay in force");
        Assert.Contains("rule work: exec: name a program", Told(), StringComparison.Ordinal);
        Assert.Contains("rule more: kind: give checkpoint or dataset", Told(), StringComparison.Ordinal);
        await PublishAsync(3, "lab/c");
        await UntilDidAsync("first lab/a", "more lab/a", "second lab/b", "more lab/b", "second lab/c", "more lab/c");

        // A consumer keeps what it is for; a rule that is gone takes nothing more.
        Write("""{"name": "work", "match": ["other/*"], "exec": ["true"]}""");
        await ReloadAsync("give a rule with others another name");
        Write(Rule("work", "sh", "-c", "echo third {name} >> did"));
        await ReloadAsync("are in force");
        await PublishAsync(4, "lab/d");
        await PublishAsync(5, "lab/e");
        await UntilDidAsync("first lab/a", "more lab/a", "second lab/b", "more lab/b", "second lab/c", "more lab/c", "third lab/d", "third lab/e");
        Assert.False(process.HasExited);
    }

    [Fact]
    public async Task Import_in_hand_is_finished_by_the_rule_that_began_it_even_where_that_is_gone()
    {
        Assert.Equal(0, (await ClientProgram.RunAsync(directory.Path, "mkfifo", "gate"))!.Value.Code);
        Write(Rule("work", "sh", "-c", "touch begun; read line < gate; echo old {name} >> did"));
        await ReloadAsync("are in force");
        await PublishAsync(1, "lab/a");
        await UntilAsync(() => Task.FromResult(File.Exists(directory["begun"])));

        Write(Rule("other", "sh", "-c", "echo new {name} >> did"));
        await ReloadAsync("are in force");
        await UntilAsync(() => HasConsumerAsync("other"));
        await PublishAsync(2, "lab/b");
        await UntilDidAsync("new lab/a", "new lab/b");
        await File.WriteAllTextAsync(directory["gate"], "go\n", Cancellation);
        await UntilDidAsync("new lab/a", "new lab/b", "old lab/a");
        await UntilAsync(async () => (await site.Catalog.FindAsync($"{1:x32}", default)).Succeeded(out var import, out _) && import.AcknowledgedBy.Contains("work"));
    }

    private static string Rule(string name, params string[] command) => JsonSerializer.Serialize(new { name, fromBeginning = true, exec = command });

    private void Write(params string[] rules) => directory.Write("rules.json", $$"""{"rules": [{{string.Join(", ", rules)}}]}""");

    private Task<string> PublishAsync(int number, string name) => site.Catalog.PublishAsync(number, name);

    /// <summary>Sends the signal once the command takes it, and waits for what it says of it.</summary>
    private async Task ReloadAsync(string says)
    {
        // Before its first consumer it may not listen yet.
        await UntilAsync(() => HasConsumerAsync("work"));
        int before;
        lock (told)
        {
            before = told.Count;
        }

        Assert.Equal(0, (await ClientProgram.RunAsync(directory.Path, "kill", "-HUP", process.Id.ToString(CultureInfo.InvariantCulture)))!.Value.Code);
        await UntilAsync(() =>
        {
            lock (told)
            {
                return Task.FromResult(told.Skip(before).Any(line => line.Contains(says, StringComparison.Ordinal)));
            }
        });
    }

    private async Task<bool> HasConsumerAsync(string name) => (await site.Catalog.ListConsumersAsync("", 100, Cancellation)).Any(consumer => consumer.Name == name);

    private async Task UntilDidAsync(params string[] lines) => await UntilAsync(() => Task.FromResult(
        File.Exists(directory["did"]) && File.ReadAllLines(directory["did"]).Order().SequenceEqual(lines.Order())));

    private Task UntilAsync(Func<Task<bool>> condition) => Condition.HoldsAsync(
        async () =>
        {
            var holds = await condition();
            Assert.False(!holds && process.HasExited, Told());
            return holds;
        },
        () => $"{Told()} {(File.Exists(directory["did"]) ? File.ReadAllText(directory["did"]) : "")}");

    private string Told()
    {
        lock (told)
        {
            return string.Join('\n', told);
        }
    }
}
