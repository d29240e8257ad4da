using System.Text;
using System.Text.Json;
using Gateway.Cli;
using Gateway.Cli.Imports.Consumers;
using Gateway.Cli.Imports.Rules;
using Gateway.Tests.High.Import;
using Gateway.Tests.Storage.High;
using Xunit;

#pragma warning disable CA1716 // The folder is named as in src.
namespace Gateway.Tests.Cli.Imports;
#pragma warning restore CA1716

/// <summary>Rules carried out against the calls over real gRPC, and receivers over real HTTP.</summary>
public sealed class RuleTests : IAsyncLifetime
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("a key of just thirty-two bytes..");
    private readonly TemporaryDirectory directory = new();
    private ConsumerSite site = null!;

    public async ValueTask InitializeAsync()
    {
        site = await ConsumerSite.StartAsync(TimeProvider.System);
        WriteSecret("hook.secret", Key);
    }

    public async ValueTask DisposeAsync()
    {
        await site.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Receiver_that_fails_twice_is_told_again_the_same_signed_event()
    {
        await using var receiver = await WebhookReceiver.StartAsync((_, attempt, response, _) =>
        {
            response.StatusCode = attempt <= 2 ? 500 : 204;
            return Task.CompletedTask;
        });
        var id = await site.Catalog.PublishAsync(1, "lab/sums");
        await site.Catalog.PublishAsync(2, "other/sums");
        await RunUntilAsync(Hook("tell", receiver.Address, "\"match\": [\"lab/*\"],"), () => AcknowledgedAsync(id, "tell"));

        Assert.Equal(3, receiver.Attempts.Count);
        Assert.All(receiver.Attempts, received =>
        {
            Assert.True(received.IsSignedWith(Key));
            Assert.Equal((id, "application/cloudevents+json; charset=utf-8"), (received.Id, received.ContentType));
            Assert.Equal(receiver.Attempts.First().Body, received.Body);
            Assert.InRange(received.Timestamp, DateTimeOffset.UnixEpoch.AddYears(50).ToUnixTimeSeconds(), long.MaxValue);
        });
        var told = receiver.Attempts.First().Event;
        Assert.Equal(
            ["1.0", id, "urn:example:enclave", "gateway.import.published", "lab/sums@1", "application/json"],
            new[] { "specversion", "id", "source", "type", "subject", "datacontenttype" }.Select(member => told.GetProperty(member).GetString()));
        Assert.True(told.GetProperty("time").TryGetDateTimeOffset(out _));
        Assert.Equal("published/datasets/lab/sums/1", told.GetProperty("data").GetProperty("path").GetString());
    }

    [Fact]
    public async Task Receiver_that_hangs_or_redirects_is_given_up_and_the_next_event_is_told()
    {
        await using var elsewhere = await WebhookReceiver.StartAsync((_, _, _, _) => Task.CompletedTask);
        var (hangs, moves) = ($"{1:x32}", $"{2:x32}");
        await using var receiver = await WebhookReceiver.StartAsync(async (received, _, response, aborted) =>
        {
            if (received.Id == hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted).ContinueWith(_ => { }, TaskScheduler.Default);
            }
            else if (received.Id == moves)
            {
                response.StatusCode = 307;
                response.Headers.Location = elsewhere.Address;
            }
        });
        foreach (var number in new[] { 1, 2, 3 })
        {
            await site.Catalog.PublishAsync(number);
        }

        await RunUntilAsync(Hook("tell", receiver.Address, "\"attempts\": 2,"), async () => await AcknowledgedAsync($"{3:x32}", "tell") && (await DeadAsync("tell")).Count == 2);
        Assert.Empty(elsewhere.Attempts);
        Assert.Equal(2, receiver.Attempts.Count(r => r.Id == hangs));
        Assert.Equal(2, receiver.Attempts.Count(r => r.Id == moves));
        Assert.Single(receiver.Attempts, r => r.Id == $"{3:x32}");
        var dead = await DeadAsync("tell");
        Assert.Contains("did not answer within 1 s", dead[hangs], StringComparison.Ordinal);
        Assert.Contains("answered 307; redirects are not followed", dead[moves], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_appears_in_one_step_replaces_an_old_link_and_leaves_what_is_no_link()
    {
        var storage = directory["storage"];
        foreach (var name in new[] { "a", "b", "c" })
        {
            Directory.CreateDirectory(Path.Combine(storage, "published/datasets/lab", name, "1"));
        }

        Directory.CreateDirectory(directory["models/lab/b"]);
        Directory.CreateSymbolicLink(directory["models/lab/b/1"], "/nowhere");
        Directory.CreateDirectory(directory["models/lab/c/1"]);
        var ids = new[] { await site.Catalog.PublishAsync(1, "lab/a"), await site.Catalog.PublishAsync(2, "lab/b"), await site.Catalog.PublishAsync(3, "lab/c") };
        var rules = Rules(""" {"name": "place", "fromBeginning": true, "attempts": 1, "link": "models"} """);
        await RunUntilAsync(rules, async () => await AcknowledgedAsync(ids[1], "place") && (await DeadAsync("place")).Count == 1);

        Assert.True(await AcknowledgedAsync(ids[0], "place"));
        Assert.Contains("is there and is no link", (await DeadAsync("place"))[ids[2]], StringComparison.Ordinal);
        foreach (var name in new[] { "a", "b" })
        {
            Assert.Equal(Path.Combine(storage, "published/datasets/lab", name, "1"), new FileInfo(directory[$"models/lab/{name}/1"]).LinkTarget);
            Assert.Equal(["1"], Directory.EnumerateFileSystemEntries(directory[$"models/lab/{name}"]).Select(Path.GetFileName));
        }

        // The same event again, as after a crash between the link and its acknowledgement.
        await site.Catalog.WriteAsync(transaction => transaction.Execute("DELETE FROM acknowledgements"), default);
        await site.Catalog.DeleteConsumerAsync("place", "cara", any: false, default);
        await RunUntilAsync(rules, () => AcknowledgedAsync(ids[1], "place"));
        Assert.True(await AcknowledgedAsync(ids[0], "place"));
    }

    [Fact]
    public async Task Rules_run_beside_each_other_and_each_keeps_its_own_place()
    {
        await using var down = await WebhookReceiver.StartAsync((_, _, response, _) =>
        {
            response.StatusCode = 503;
            return Task.CompletedTask;
        });
        var id = await site.Catalog.PublishAsync(1);
        var rules = Rules(
            """ {"name": "run", "fromBeginning": true, "exec": ["/bin/true", "{name}"]} """,
            $$""" {"name": "tell", "fromBeginning": true, "webhook": {"url": "{{down.Address}}", "secretFile": "hook.secret"} } """);
        await RunUntilAsync(rules, async () => await AcknowledgedAsync(id, "run") && !down.Attempts.IsEmpty);
        Assert.False(await AcknowledgedAsync(id, "tell"));
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_rules_file_is_told_at_once()
    {
        WriteSecret("weak.secret", [1, 2, 3]);
        var file = directory.Write(
            "rules.json",
            """
            {"rules": [
                {"name": "a b", "match": ["lab"], "kind": "table", "exec": []},
                {"name": "twice", "deadlineSeconds": 4, "attempts": 0},
                {"name": "twice", "link": "x", "copy": "y"},
                {"name": "hook", "webhook": {"url": "http://example.com/", "secretFile": "weak.secret", "timeoutSeconds": 0}},
                {"name": "hook-2", "webhook": {"url": "https://example.com/"}}
            ]}
            """);
        using var run = Run();
        Assert.Equal(ExitCode.Usage, await run.RunAsync("imports", "run", "--check", "--rules", file));
        foreach (var error in new[]
        {
            "rule a b: name:", "match lab:", "kind:", "exec: name a program", "deadlineSeconds:", "attempts:", "the name is given to 2 rules",
            "give one of exec, webhook, link and copy, not 0", "give one of exec, webhook, link and copy, not 2", "storage:", "url: give https",
            "timeoutSeconds:", "weak.secret: give 1 to 3 lines", "rule hook-2: webhook: secretFile:",
        })
        {
            Assert.Contains(error, run.LastError, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"rules": [{"name": "a", "exec": ["x"], "shell": true}]}""")]
    [InlineData("""{"rules": [{"name": "a", "name": "b", "exec": ["x"]}]}""")]
    [InlineData("""{"rules": [{"name": "a", "exec": "x"}]}""")]
    public async Task Rules_are_read_strictly(string text)
    {
        using var run = Run();
        Assert.Equal(ExitCode.Usage, await run.RunAsync("imports", "run", "--check", "--rules", directory.Write("rules.json", text)));
        Assert.Contains("is not a rules file", run.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public void Secret_that_others_may_read_is_refused()
    {
        File.SetUnixFileMode(directory["hook.secret"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var errors = new List<string>();
        WebhookSecrets.Read(errors, "", directory["hook.secret"]);
        Assert.Contains("chmod 600", Assert.Single(errors), StringComparison.Ordinal);
    }

    /// <summary>The example that Standard Webhooks publishes, so that its libraries take what is signed here.</summary>
    [Fact]
    public void Signature_is_that_of_the_standard()
    {
        Write("vector.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var secrets = WebhookSecrets.Read([], "", directory["vector.secret"]);
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", secrets.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8));
    }

    [Fact]
    public void Waits_grow_stay_apart_and_end_somewhere()
    {
        Assert.Equal([0.5, 1, 2, 4], Enumerable.Range(1, 4).Select(attempt => Backoff.After(attempt, 0).TotalSeconds));
        Assert.Equal([1, 2, 4, 8], Enumerable.Range(1, 4).Select(attempt => Backoff.After(attempt, 1).TotalSeconds));
        Assert.Equal(TimeSpan.FromMinutes(10), Backoff.After(100, 1));
    }

    private string Hook(string name, string address, string more) =>
        Rules($$""" {"name": "{{name}}", "fromBeginning": true, {{more}} "webhook": {"url": "{{address}}/hook", "secretFile": "hook.secret", "timeoutSeconds": 1} } """);

    private string Rules(params string[] rules) => directory.Write(
        "rules.json", $$"""{"source": "urn:example:enclave", "storage": "storage", "rules": [{{string.Join(", ", rules)}}]}""");

    private void WriteSecret(string name, byte[] key) => Write(name, $"whsec_{Convert.ToBase64String(key)}\n");

    private void Write(string name, string text)
    {
        directory.Write(name, text);
        File.SetUnixFileMode(directory[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private CommandLineRun Run()
    {
        var run = new CommandLineRun();
        run.Variables["GATEWAY_CONTEXTS"] = site.WriteContexts("cara");
        return run;
    }

    private async Task RunUntilAsync(string rules, Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, TestContext.Current.CancellationToken);
        using var run = Run();
        var command = GatewayCommand.RunAsync(["imports", "run", "--rules", rules, "--json"], run.Environment, ended.Token);
        while (!await condition())
        {
            Assert.False(command.IsCompleted, run.Errors);
            Assert.False(limit.IsCancellationRequested, run.Out + run.Errors);
            await Task.WhenAny(command, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        }

        await ended.CancelAsync();
        Assert.Equal(ExitCode.Interrupted, await command);
        Assert.All(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => JsonDocument.Parse(line).Dispose());
    }

    private async Task<bool> AcknowledgedAsync(string id, string consumer) =>
        (await site.Catalog.FindAsync(id, default)).Succeeded(out var import, out _) && import.AcknowledgedBy.Contains(consumer);

    private async Task<Dictionary<string, string>> DeadAsync(string consumer) =>
        (await site.Catalog.ListDeadLettersAsync(consumer, 0, 100, default)).Succeeded(out var letters, out _)
            ? letters.ToDictionary(letter => letter.Import.Id, letter => letter.Reason)
            : [];
}
