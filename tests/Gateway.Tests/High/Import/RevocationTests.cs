using System.Net;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import.Web;
using Gateway.High.Publish;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gateway.Tests.High.Import;

/// <summary>Versions that two people take from readers, as every surface shows it.</summary>
public sealed class RevocationTests : IAsyncLifetime
{
    private const string Robot = "urn:gateway:machine:daves-robot";

    private ReaderBench bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task It_takes_two_people_and_a_machine_counts_as_its_owner()
    {
        await bench.High.CarryAsync(Shipment.Of(bench.High));
        Assert.Equal(RefusalCode.RoleMissing, await CodeAsync("eva"));
        Assert.Equal(RefusalCode.RequestInvalid, await CodeAsync("dave", reason: ""));
        Assert.Equal(RefusalCode.RequestInvalid, await CodeAsync("dave", name: "lab/sums"));
        Assert.Equal(RefusalCode.RequestInvalid, await CodeAsync("dave", reason: "two\nlines"));
        Assert.Equal(RefusalCode.ImportUnknown, await CodeAsync("dave", name: "lab/sums@9"));

        var pending = await RevokeAsync(Robot);
        Assert.Equal(("machine:daves-robot", "", "leaked"), (pending.Revocation.RequestedBy, pending.Revocation.CarriedOutBy, pending.Revocation.Reason));
        Assert.Equal(Protocol.High.V1.Import.Types.State.Published, pending.State);
        Assert.Equal(RefusalCode.SecondPersonNeeded, await CodeAsync("dave"));
        Assert.Equal(RefusalCode.SecondPersonNeeded, await CodeAsync(Robot));
        Assert.Contains("datasets/lab/sums/1/README.md", bench.High.Visible());

        var request = Request("lab/sums@1", "");
        var revoked = await RevokeAsync("ann", request);
        Assert.Equal((Protocol.High.V1.Import.Types.State.Revoked, "ann", "leaked", ""), (revoked.State, revoked.Revocation.CarriedOutBy, revoked.Revocation.Reason, revoked.Path));
        Assert.Equal(revoked, await RevokeAsync("ann", request));
        Assert.Equal(RefusalCode.VersionRevoked, await CodeAsync("erin"));
        Assert.Equal(
            [("import.revocation-requested", "machine:daves-robot"), ("import.revoked", "ann")],
            (await bench.High.Catalog.ListAuditAsync(0, 100, Cancellation)).Where(record => record.Entry.Action.Contains("revo", StringComparison.Ordinal)).Select(record => (record.Entry.Action, record.Entry.Actor)));
        Assert.Equal(ImportState.Revoked, (await bench.High.Catalog.ListEventsAsync(0, 100, Cancellation)).Events[^1].Import.State);
    }

    [Fact]
    public async Task What_is_not_published_cannot_be_revoked()
    {
        var import = await bench.High.CarryAsync(Shipment.Of(bench.High).WithByteFlipped(0));
        Assert.Equal(RefusalCode.NotPublished, await CodeAsync("dave", name: $"imports/{import.Id}"));
    }

    [Fact]
    public async Task No_surface_gives_a_revoked_version_out_and_names_lead_to_the_one_before()
    {
        var first = await bench.High.CarryAsync(Shipment.Of(bench.High));
        var second = await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Version = "2", Sequence = 2, Files = [.. p.Files, ("more.txt", "more\n")] }));
        await RevokeAsync("dave", Request("lab/sums@2", "leaked"));
        await RevokeAsync("erin", Request("lab/sums@2", ""));

        using var cara = bench.Connect("cara");
        var imports = new ImportService.ImportServiceClient(cara);
        Assert.Equal("1", (await imports.GetImportAsync(new() { Name = "lab/sums" }, cancellationToken: Cancellation)).Artifact.Version);
        Assert.Equal(RefusalCode.VersionRevoked, await ReaderBench.CodeAsync(imports.ListImportFilesAsync(new() { Name = $"imports/{second.Id}" })));
        Assert.Equal(
            RefusalCode.NotPublished,
            await ReaderBench.CodeAsync(imports.AcknowledgeImportAsync(new() { Name = $"imports/{second.Id}", Consumer = "t", RequestId = Guid.NewGuid().ToString() })));
        using var read = imports.ReadImport(new() { Name = $"imports/{second.Id}", Path = "README.md" }, cancellationToken: Cancellation);
        await Assert.ThrowsAsync<RpcException>(() => read.ResponseStream.MoveNext(Cancellation));

        using var hub = bench.Client((await bench.MakeKeyAsync("lab/*")).Token);
        foreach (var (revision, status) in new[] { ("2", HttpStatusCode.Forbidden), (second.Claim!.Manifest.Hex[..40], HttpStatusCode.Forbidden), ("main", HttpStatusCode.OK), ("1", HttpStatusCode.OK) })
        {
            using var answer = await hub.GetAsync(new Uri($"/datasets/lab/sums/resolve/{revision}/README.md", UriKind.Relative), Cancellation);
            Assert.Equal(status, answer.StatusCode);
            if (status != HttpStatusCode.OK)
            {
                Assert.Equal("Access to this resource is disabled.", answer.Headers.GetValues("X-Error-Message").Single());
            }
        }

        Assert.Equal(
            ["_REVOKED", ".gateway/inspection.dsse.json", ".gateway/manifest.dsse.json", ".gateway/release.dsse.json", ".gateway/verdict.json"],
            bench.High.Visible().Where(path => path.Contains("/sums/2/", StringComparison.Ordinal)).Select(path => path["datasets/lab/sums/2/".Length..]).OrderBy(path => path != "_REVOKED").ThenBy(path => path, StringComparer.Ordinal));
        Assert.Equal("1", File.ResolveLinkTarget(Path.Combine(bench.High.Root, "published/datasets/lab/sums/current"), false)!.Name);
        var cache = Path.Combine(bench.High.Root, "hub/datasets--lab--sums");
        Assert.Equal(first.Claim!.Manifest.Hex[..40], await File.ReadAllTextAsync(Path.Combine(cache, "refs/main"), Cancellation));
        Assert.Equal(["1", "main"], Directory.GetFiles(Path.Combine(cache, "refs")).Select(Path.GetFileName).Order());
        Assert.Single(Directory.GetDirectories(Path.Combine(cache, "snapshots")));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(cache, "blobs")).Length);
        Assert.True(File.Exists(Path.Combine(bench.High.Root, "revoked", second.Id, "more.txt")));
    }

    [Fact]
    public async Task Bytes_of_a_revoked_version_go_after_their_time_and_take_nothing_of_another_along()
    {
        var first = await bench.High.CarryAsync(Shipment.Of(bench.High));
        var second = await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Version = "2", Sequence = 2, Files = [.. p.Files, ("more.txt", "more\n")] }));
        await RevokeAsync("dave", Request("lab/sums@2", "leaked"));
        await RevokeAsync("erin", Request("lab/sums@2", ""));
        var bytes = Path.Combine(bench.High.Root, "revoked", second.Id);
        var sweep = new WithdrawnBytes(bench.High.Storage, bench.High.Catalog, new RetentionOptions(RevokedDays: 7), bench.High.Time, NullLogger<WithdrawnBytes>.Instance);
        bench.High.Time.Advance(TimeSpan.FromDays(6));
        await sweep.SweepAsync(Cancellation);
        Assert.True(Directory.Exists(bytes));

        bench.High.Time.Advance(TimeSpan.FromDays(1));
        await sweep.SweepAsync(Cancellation);
        await sweep.SweepAsync(Cancellation);
        Assert.False(Directory.Exists(bytes));
        Assert.Equal(bench.High.Time.GetUtcNow(), (await bench.High.FindAsync(second.Id)).BytesDeleted!.Value, TimeSpan.FromMilliseconds(1));
        Assert.Single(await bench.High.Catalog.ListAuditAsync(0, 100, Cancellation), record => record.Entry.Action == "import.bytes-deleted");
        Assert.True(File.Exists(Path.Combine(bench.High.Root, "published/datasets/lab/sums/2/_REVOKED")));
        var snapshot = Path.Combine(bench.High.Root, "hub/datasets--lab--sums/snapshots", first.Claim!.Manifest.Hex[..40]);
        Assert.Equal("# Sums\n", await File.ReadAllTextAsync(Path.Combine(snapshot, "README.md"), Cancellation));
    }

    [Fact]
    public async Task Where_no_version_is_left_the_name_leads_nowhere()
    {
        await bench.High.CarryAsync(Shipment.Of(bench.High));
        await RevokeAsync("dave");
        await RevokeAsync("bob");
        Assert.False(Path.Exists(Path.Combine(bench.High.Root, "published/datasets/lab/sums/current")));
        Assert.Empty(Directory.GetFiles(Path.Combine(bench.High.Root, "hub/datasets--lab--sums/refs")));
        Assert.Empty(await bench.High.Catalog.ListCurrentAsync(null, "", 10, Cancellation));
        using var hub = bench.Client((await bench.MakeKeyAsync("lab/*")).Token);
        using var answer = await hub.GetAsync(new Uri("/api/datasets/lab/sums", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Ledger_refuses_the_same_version_again_and_takes_a_new_one_whose_difference_is_still_recomputed()
    {
        var shipment = Shipment.Of(bench.High);
        await bench.High.CarryAsync(shipment);
        await RevokeAsync("dave");
        await RevokeAsync("erin");
        Assert.Equal(RefusalCode.TransferConsumed, (await bench.High.CarryAsync(shipment, session: 2)).Refusal?.Code);
        Assert.Equal(RefusalCode.VersionRevoked, (await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Sequence = 2 }), session: 3)).Refusal?.Code);
        Assert.Equal(RefusalCode.SequenceNotNewer, (await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Version = "2" }), session: 4)).Refusal?.Code);

        var first = (await bench.High.FindAsync(shipment.TransferId)).Claim!;
        foreach (var (version, changed, code) in new[] { ("2", 0, (RefusalCode?)RefusalCode.InspectionDisagrees), ("3", 1, null) })
        {
            var next = await bench.High.CarryAsync(
                Shipment.Of(bench.High, p => p with
                {
                    Version = version,
                    Sequence = 2,
                    Previous = new("1", first.Manifest, Added: 1, Removed: 2, changed, Tensors: null),
                    Files = [("README.md", "# More sums\n"), ("new.txt", "new\n")],
                }),
                session: 5);
            Assert.Equal(code, next.Refusal?.Code);
        }
    }

    [Fact]
    public async Task Crash_at_any_step_of_a_withdrawal_is_carried_on_by_the_restart()
    {
        foreach (var step in Enumerable.Range(0, 4))
        {
            await using var high = await HighBench.OpenAsync();
            var import = await high.CarryAsync(Shipment.Of(high));
            foreach (var person in new[] { "dave", "erin" })
            {
                Assert.True((await high.Catalog.RevokeAsync(import.Id, "leaked", (Guid.NewGuid().ToString(), Digest.Of("test"u8)), person, person, Cancellation)).Succeeded(out _, out var refusal), $"{refusal}");
            }

            if (step > 0)
            {
                high.Hub.Remove(import.Claim!, []);
            }

            if (step > 1)
            {
                high.Published.Withdraw(import.Claim!.Artifact, Path.Combine(high.Root, "revoked", import.Id));
            }

            if (step > 2)
            {
                high.Published.TakeAway(import.Claim!.Artifact, Path.Combine(high.Root, "revoked", import.Id), PublishedFiles.Revoked, "{}"u8);
            }

            await high.RestartAsync();
            Assert.Empty(await high.Catalog.ListToWithdrawAsync(Cancellation));
            Assert.Contains("datasets/lab/sums/1/_REVOKED", high.Visible());
            Assert.DoesNotContain("datasets/lab/sums/1/README.md", high.Visible());
            Assert.False(Path.Exists(Path.Combine(high.Root, "published/datasets/lab/sums/current")));
            Assert.Empty(Directory.GetDirectories(Path.Combine(high.Root, "hub/datasets--lab--sums/snapshots")));
        }
    }

    private static RevokeImportRequest Request(string name, string reason) => new() { Name = name, Reason = reason, RequestId = Guid.NewGuid().ToString() };

    private async Task<Protocol.High.V1.Import> RevokeAsync(string who, RevokeImportRequest? request = null)
    {
        using var channel = bench.Connect(who);
        return await new RevocationService.RevocationServiceClient(channel).RevokeImportAsync(request ?? Request("lab/sums@1", "leaked"), cancellationToken: Cancellation);
    }

    private async Task<RefusalCode> CodeAsync(string who, string name = "lab/sums@1", string reason = "leaked")
    {
        using var channel = bench.Connect(who);
        return await ReaderBench.CodeAsync(new RevocationService.RevocationServiceClient(channel).RevokeImportAsync(Request(name, reason)));
    }
}
