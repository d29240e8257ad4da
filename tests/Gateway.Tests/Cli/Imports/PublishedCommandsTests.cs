using System.Text.Json;
using Gateway.Cli;
using Gateway.High.Import.Web;
using Gateway.High.Publish;
using Gateway.Tests.High;
using Gateway.Tests.High.Import;
using Xunit;

namespace Gateway.Tests.Cli.Imports;

/// <summary>What people do about quarantined and published versions, from the command line to a real high side.</summary>
public sealed class PublishedCommandsTests
{
    [Fact]
    public async Task Quarantined_import_is_checked_again_and_deleted()
    {
        await using var bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);
        var contexts = bench.WriteContexts("dave");
        var import = await bench.High.CarryAsync(Shipment.Of(bench.High).WithByteFlipped(0));
        var rechecked = await RunAsync(contexts, "dave", "quarantine", "recheck", import.Id, "--no-wait");
        Assert.Equal((ExitCode.Done, "VERIFYING"), (rechecked.Code, rechecked.Json.GetProperty("state").GetString()));
        await bench.High.Verification.VerifyAsync(await bench.High.NextWaitingAsync(), TestContext.Current.CancellationToken);

        var deleted = await RunAsync(contexts, "dave", "quarantine", "delete", import.Id);
        Assert.Equal((ExitCode.Done, JsonValueKind.String), (deleted.Code, deleted.Json.GetProperty("bytesDeleteTime").ValueKind));
        var gone = await RunAsync(contexts, "dave", "quarantine", "recheck", import.Id, "--no-wait");
        Assert.StartsWith("refused: QUARANTINE_INCOMPLETE:", gone.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_people_revoke_a_version_and_a_scrub_is_asked_for()
    {
        await using var bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);
        var contexts = bench.WriteContexts("dave", "ann");
        await bench.High.CarryAsync(Shipment.Of(bench.High));
        string[] revoke = ["imports", "revoke", "lab/sums@1", "--reason", "leaked"];
        var first = await RunAsync(contexts, "dave", revoke);
        Assert.Equal((ExitCode.Done, "PUBLISHED"), (first.Code, first.Json.GetProperty("state").GetString()));
        Assert.StartsWith("refused: SECOND_PERSON_NEEDED:", (await RunAsync(contexts, "dave", revoke)).LastError, StringComparison.Ordinal);
        var second = await RunAsync(contexts, "ann", revoke);
        Assert.Equal(("REVOKED", "ann"), (second.Json.GetProperty("state").GetString(), second.Json.GetProperty("revocation").GetProperty("carriedOutBy").GetString()));

        var scrub = await RunAsync(contexts, "dave", "imports", "scrub", "--now");
        Assert.Equal((JsonValueKind.String, 0), (scrub.Json.GetProperty("beginTime").ValueKind, scrub.Json.GetProperty("rotten").GetArrayLength()));
    }

    [Fact]
    public async Task Versions_are_pinned_listed_and_retired_and_a_retired_one_is_refused_in_words()
    {
        await using var bench = await ReaderBench.StartAsync(
            ReaderProtocols.HuggingFace, new RetentionOptions(Rules: [new("lab/*", KeepLast: 1, Kind: "dataset", KeepUnacknowledged: false)]));
        var contexts = bench.WriteContexts("cara", "dave");
        for (var number = 1; number <= 3; number++)
        {
            await bench.High.CarryAsync(
                Shipment.Of(bench.High, p => p with { Version = $"{number}", Sequence = number, Files = [.. p.Files, ("z.txt", $"{number}\n")] }), session: (ulong)number);
        }

        var pinned = await RunAsync(contexts, "cara", "imports", "pin", "lab/sums@2", "-m", "for the paper");
        Assert.Equal((ExitCode.Done, "cara"), (pinned.Code, pinned.Json.GetProperty("pin").GetProperty("pinnedBy").GetString()));
        var pin = Assert.Single((await RunAsync(contexts, "dave", "imports", "pins")).Json.GetProperty("imports").EnumerateArray());
        Assert.Equal(("2", "for the paper"), (pin.GetProperty("version").GetString(), pin.GetProperty("pin").GetProperty("reason").GetString()));
        Assert.Equal(
            ["", "cara", ""],
            (await RunAsync(contexts, "cara", "imports", "list")).Json.GetProperty("imports").EnumerateArray()
                .Select(import => import.GetProperty("pin") is { ValueKind: JsonValueKind.Object } held ? held.GetProperty("pinnedBy").GetString() : ""));
        Assert.Contains("for the paper (by cara, ", await TextAsync(contexts, "cara", "imports", "show", "lab/sums@2"), StringComparison.Ordinal);
        Assert.Contains("for the paper", await TextAsync(contexts, "cara", "imports", "pins"), StringComparison.Ordinal);

        var verdicts = (await RunAsync(contexts, "cara", "imports", "retention")).Json.GetProperty("versions").EnumerateArray().ToList();
        Assert.Equal(
            [("2", false, "PINNED", "cara"), ("1", true, null, "")],
            verdicts.Select(v => (v.GetProperty("version").GetString()!, v.GetProperty("retire").GetBoolean(), v.GetProperty("keptBecause").GetString(), v.GetProperty("detail").GetString()!)));
        Assert.All(verdicts, v => Assert.Equal("lab/* dataset keepLast=1 keepUnacknowledged=false", v.GetProperty("rule").GetString()));
        Assert.Contains("PINNED (cara)", await TextAsync(contexts, "cara", "imports", "retention"), StringComparison.Ordinal);

        await bench.High.Retention.SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["1"], (await RunAsync(contexts, "cara", "imports", "list", "--state", "RETIRED")).Json.GetProperty("imports").EnumerateArray().Select(import => import.GetProperty("version").GetString()));
        Assert.Contains("ask for it again as a new version", await TextAsync(contexts, "cara", "imports", "show", "lab/sums@1"), StringComparison.Ordinal);
        var pulled = await RunAsync(contexts, "cara", "imports", "pull", "lab/sums@1", "--to", bench["copy"]);
        Assert.StartsWith("refused: VERSION_RETIRED: The version was retired here by a rule of retention, for good. (lab/sums@1, rule lab/* dataset", pulled.LastError, StringComparison.Ordinal);
        var verified = await RunAsync(contexts, "cara", "verify", Path.Combine(bench.High.Root, "published/datasets/lab/sums/1"), "--trust-root", bench.RootFile);
        Assert.StartsWith("refused: VERSION_RETIRED: ", verified.LastError, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await RunAsync(contexts, "cara", "imports", "pull", "lab/sums@2", "--to", bench["copy"])).Code);

        Assert.Equal(JsonValueKind.Null, (await RunAsync(contexts, "dave", "imports", "unpin", "lab/sums@2")).Json.GetProperty("pin").ValueKind);
        Assert.StartsWith("refused: VERSION_RETIRED:", (await RunAsync(contexts, "dave", "imports", "pin", "lab/sums@1", "-m", "late")).LastError, StringComparison.Ordinal);
    }

    private static async Task<string> TextAsync(string contexts, string who, params string[] line)
    {
        using var run = new CommandLineRun();
        run.Variables["GATEWAY_CONTEXTS"] = contexts;
        Assert.Equal(ExitCode.Done, await run.RunAsync([.. line, "--context", who]));
        return run.Out;
    }

    private static async Task<(int Code, JsonElement Json, string LastError)> RunAsync(string contexts, string who, params string[] line)
    {
        using var run = new CommandLineRun();
        run.Variables["GATEWAY_CONTEXTS"] = contexts;
        var code = await run.RunAsync([.. line, .. line[0] == "verify" ? [] : new[] { "--context", who }, "--json"]);
        Assert.True(run.Out.Length > 0, $"exit {code}: {run.Errors}");
        using var document = JsonDocument.Parse(run.Out);
        return (code, document.RootElement.Clone(), run.Errors.Length == 0 ? "" : run.LastError);
    }
}
