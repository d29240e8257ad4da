using System.Text.Json;
using Gateway.Cli;
using Gateway.High.Import.Web;
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

    private static async Task<(int Code, JsonElement Json, string LastError)> RunAsync(string contexts, string who, params string[] line)
    {
        using var run = new CommandLineRun();
        run.Variables["GATEWAY_CONTEXTS"] = contexts;
        var code = await run.RunAsync([.. line, "--context", who, "--json"]);
        Assert.True(run.Out.Length > 0, $"exit {code}: {run.Errors}");
        using var document = JsonDocument.Parse(run.Out);
        return (code, document.RootElement.Clone(), run.Errors.Length == 0 ? "" : run.LastError);
    }
}
