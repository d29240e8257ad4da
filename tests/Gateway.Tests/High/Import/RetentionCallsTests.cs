using System.Net;
using Gateway.Cli.Verify;
using Gateway.Core;
using Gateway.High.Import.Web;
using Gateway.High.Publish;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Gateway.Tests.High.Import.Oci;
using Gateway.Tests.High.Import.S3;
using Grpc.Core;
using Xunit;
using RetentionClient = Gateway.Protocol.High.V1.RetentionService.RetentionServiceClient;
using Hold = Gateway.Protocol.High.V1.RetentionVerdict.Types.Hold;
using State = Gateway.Protocol.High.V1.Import.Types.State;

namespace Gateway.Tests.High.Import;

/// <summary>Pins and rules over real gRPC, and what every surface answers for a retired version.</summary>
public sealed class RetentionCallsTests
{
    private static readonly RetentionOptions LastOne = new(Rules: [new("lab/*", KeepLast: 1, KeepUnacknowledged: false)]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Importers_and_admins_pin_and_unpin_and_a_request_counts_once()
    {
        await using var bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace, LastOne);
        var versions = await PublishAsync(bench.High, 3);
        using var eva = bench.Connect("eva");
        using var cara = bench.Connect("cara");
        using var dave = bench.Connect("dave");
        var (importer, admin) = (new RetentionClient(cara), new RetentionClient(dave));
        Assert.Equal(RefusalCode.RoleMissing, await ReaderBench.CodeAsync(new RetentionClient(eva).PinImportAsync(Pin("lab/sums@1"))));
        Assert.Equal(RefusalCode.RoleMissing, await ReaderBench.CodeAsync(new RetentionClient(eva).UnpinImportAsync(new() { Name = "lab/sums@1", RequestId = Id() })));
        foreach (var (name, reason, code) in new[]
        {
            ("lab/sums", "paper", RefusalCode.RequestInvalid), ("lab/sums@1", "", RefusalCode.RequestInvalid), ("lab/sums@1", "two\nlines", RefusalCode.RequestInvalid),
            ("lab/sums@1", new string('x', 501), RefusalCode.RequestInvalid), ("lab/sums@9", "paper", RefusalCode.ImportUnknown),
        })
        {
            Assert.Equal(code, await ReaderBench.CodeAsync(importer.PinImportAsync(Pin(name, reason))));
        }

        var request = Pin("lab/sums@1");
        var pinned = await importer.PinImportAsync(request, cancellationToken: Cancellation);
        Assert.Equal(("paper", "cara"), (pinned.Pin.Reason, pinned.Pin.PinnedBy));
        Assert.Equal(pinned, await importer.PinImportAsync(request, cancellationToken: Cancellation));
        Assert.Equal(RefusalCode.RequestIdReused, await ReaderBench.CodeAsync(importer.PinImportAsync(new() { Name = "lab/sums@1", Reason = "other", RequestId = request.RequestId })));
        Assert.Equal("dave", (await admin.PinImportAsync(Pin("lab/sums@2", "production"), cancellationToken: Cancellation)).Pin.PinnedBy);
        Assert.Equal("both papers", (await admin.PinImportAsync(Pin("lab/sums@1", "both papers"), cancellationToken: Cancellation)).Pin.Reason);

        var first = await importer.ListPinsAsync(new() { PageSize = 1 }, cancellationToken: Cancellation);
        var second = await importer.ListPinsAsync(new() { PageSize = 1, PageToken = first.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal(
            [("2", "production", "dave"), ("1", "both papers", "dave")],
            first.Imports.Concat(second.Imports).Select(import => (import.Artifact.Version, import.Pin.Reason, import.Pin.PinnedBy)));
        Assert.Empty(second.NextPageToken);

        await bench.High.Retention.SweepAsync(Cancellation);
        Assert.Equal(3, versions.Count);
        Assert.Equal(3, (await bench.High.Catalog.ListAsync(ImportState.Published, null, 10, Cancellation)).Count);
        for (var i = 0; i < 2; i++)
        {
            Assert.Null((await importer.UnpinImportAsync(new() { Name = "lab/sums@1", RequestId = Id() }, cancellationToken: Cancellation)).Pin);
        }

        await bench.High.Retention.SweepAsync(Cancellation);
        Assert.Equal(RefusalCode.VersionRetired, await ReaderBench.CodeAsync(importer.PinImportAsync(Pin("lab/sums@1"))));
        Assert.Equal(
            [("import.pinned", "cara", "lab/sums@1: paper"), ("import.pinned", "dave", "lab/sums@2: production"), ("import.pinned", "dave", "lab/sums@1: both papers"),
                ("import.unpinned", "cara", "lab/sums@1, pinned by dave: both papers")],
            (await bench.High.Catalog.ListAuditAsync(0, 1_000, Cancellation)).Select(record => record.Entry).Where(entry => entry.Action.EndsWith("pinned", StringComparison.Ordinal))
                .Select(entry => (entry.Action, entry.Actor, entry.Detail)));
    }

    [Fact]
    public async Task Only_a_published_version_can_be_pinned_and_a_revocation_takes_its_pin_along()
    {
        await using var bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);
        var refused = await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Name = "lab/other" }).WithByteFlipped(0));
        var version = Assert.Single(await PublishAsync(bench.High, 1));
        using var cara = bench.Connect("cara");
        var importer = new RetentionClient(cara);
        Assert.Equal(RefusalCode.NotPublished, await ReaderBench.CodeAsync(importer.PinImportAsync(Pin($"imports/{refused.Id}"))));
        await importer.PinImportAsync(Pin("lab/sums@1"), cancellationToken: Cancellation);
        foreach (var person in new[] { "dave", "erin" })
        {
            Assert.True((await bench.High.Withdrawal.RevokeAsync(version.Id, "leaked", (Id(), Digest.Of("test"u8)), person, person, Cancellation)).Succeeded(out _, out var refusal), $"{refusal}");
        }

        Assert.Empty((await importer.ListPinsAsync(new(), cancellationToken: Cancellation)).Imports);
        Assert.Equal(RefusalCode.VersionRevoked, await ReaderBench.CodeAsync(importer.PinImportAsync(Pin("lab/sums@1"))));
    }

    [Fact]
    public async Task Pins_are_limited_and_one_more_reason_for_a_pinned_version_is_no_further_pin()
    {
        await using var bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);
        var versions = await PublishAsync(bench.High, 2);
        await bench.High.Catalog.WriteAsync(
            transaction =>
            {
                transaction.Execute(
                    $"""
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {HighCatalog.MaximumPins - 1})
                    INSERT INTO imports (id, position, transfer_id, kind, name, version, class, state, submitter, approvers, files, bytes, received_bytes, missing_blocks, release_sha256,
                        manifest_sha256, sequence, lane, session, not_after_ms, refusal_code, refusal_detail, created_ms, updated_ms)
                    SELECT 'copy-' || i, position + i + 2, transfer_id, kind, name, version, class, state, submitter, approvers, files, bytes, received_bytes, missing_blocks, release_sha256,
                        manifest_sha256, sequence, lane, session, not_after_ms, refusal_code, refusal_detail, created_ms, updated_ms FROM imports, n WHERE id = @Id
                    """,
                    new { versions[0].Id });
                transaction.Execute("INSERT INTO pins (import_id, reason, actor, time_ms) SELECT id, 'many', 'cara', 0 FROM imports WHERE id LIKE 'copy-%'");
            },
            Cancellation);
        using var cara = bench.Connect("cara");
        var importer = new RetentionClient(cara);
        await importer.PinImportAsync(Pin("lab/sums@1"), cancellationToken: Cancellation);
        Assert.Equal(RefusalCode.TooManyPins, await ReaderBench.CodeAsync(importer.PinImportAsync(Pin("lab/sums@2"))));
        Assert.Equal("again", (await importer.PinImportAsync(Pin("lab/sums@1", "again"), cancellationToken: Cancellation)).Pin.Reason);
    }

    [Fact]
    public async Task Dry_run_lists_what_goes_and_why_the_rest_stays_page_by_page()
    {
        await using var bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace, LastOne);
        await PublishAsync(bench.High, 4);
        using var cara = bench.Connect("cara");
        var importer = new RetentionClient(cara);
        await importer.PinImportAsync(Pin("lab/sums@2"), cancellationToken: Cancellation);
        var (seen, token) = (new List<(string, Hold, string, string)>(), "");
        do
        {
            var page = await importer.ListRetentionAsync(new() { PageSize = 1, PageToken = token }, cancellationToken: Cancellation);
            Assert.All(page.Verdicts, verdict => Assert.Equal(verdict.Hold == Hold.Unspecified, verdict.Retire));
            seen.AddRange(page.Verdicts.Select(verdict => (verdict.Import.Artifact.Version, verdict.Hold, verdict.Detail, verdict.Rule)));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        const string Rule = "lab/* keepLast=1 keepUnacknowledged=false";
        Assert.Equal(
            [("3", Hold.Unspecified, "", Rule), ("2", Hold.Pinned, "cara", Rule), ("1", Hold.Unspecified, "", Rule)], seen);
        Assert.Empty(await bench.High.Catalog.ListAsync(ImportState.Retired, null, 10, Cancellation));
        Assert.Equal(RefusalCode.PageTokenInvalid, await ReaderBench.CodeAsync(importer.ListRetentionAsync(new() { PageToken = "x" })));
        using var eva = bench.Connect("eva");
        Assert.Equal(RefusalCode.RoleMissing, await ReaderBench.CodeAsync(new RetentionClient(eva).ListRetentionAsync(new())));
        Assert.Equal(RefusalCode.RoleMissing, await ReaderBench.CodeAsync(new RetentionClient(eva).ListPinsAsync(new())));
    }

    [Fact]
    public void Numbers_of_the_protocol_are_those_of_the_catalog()
    {
        Assert.Equal(
            Enum.GetValues<RetentionHold>().Select(hold => (int)hold).Prepend(0), Enum.GetValues<Hold>().Select(hold => (int)hold));
        Assert.Equal(Enum.GetNames<RetentionHold>(), Enum.GetNames<Hold>().Skip(1));
        Assert.Equal(Enum.GetValues<ImportState>().Select(state => ((int)state, state.ToString())), Enum.GetValues<State>().Skip(1).Select(state => ((int)state, state.ToString())));
    }

    [Fact]
    public async Task Calls_and_the_hub_say_that_a_retired_version_is_gone()
    {
        await using var bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace, LastOne);
        var first = (await PublishAsync(bench.High, 2))[0];
        using var cara = bench.Connect("cara");
        var imports = new ImportService.ImportServiceClient(cara);
        using var watch = imports.WatchImports(new(), cancellationToken: Cancellation);
        await bench.High.Retention.SweepAsync(Cancellation);

        var import = await imports.GetImportAsync(new() { Name = "lab/sums@1" }, cancellationToken: Cancellation);
        Assert.Equal((State.Retired, "", "lab/* keepLast=1 keepUnacknowledged=false"), (import.State, import.Path, import.Retirement.Rule));
        Assert.Equal("2", (await imports.GetImportAsync(new() { Name = "lab/sums" }, cancellationToken: Cancellation)).Artifact.Version);
        Assert.Equal(RefusalCode.VersionRetired, await ReaderBench.CodeAsync(imports.ListImportFilesAsync(new() { Name = $"imports/{first.Id}" })));
        using var read = imports.ReadImport(new() { Name = $"imports/{first.Id}", Path = "README.md" }, cancellationToken: Cancellation);
        var refused = await Assert.ThrowsAsync<RpcException>(() => read.ResponseStream.MoveNext(Cancellation));
        Assert.Contains("retired here by a rule of retention, for good. (lab/sums@1, rule lab/* keepLast=1", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("submitted as a new one", refused.Status.Detail, StringComparison.Ordinal);
        do
        {
            Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        }
        while (watch.ResponseStream.Current.Import.State != State.Retired);

        Assert.Equal(first.Id, watch.ResponseStream.Current.Import.Name["imports/".Length..]);
        using var hub = bench.Client((await bench.MakeKeyAsync("lab/*")).Token);
        foreach (var (revision, code) in new[] { ("1", "RevisionNotFound"), (first.Claim!.Manifest.Hex[..40], "RevisionNotFound"), ("main", ""), ("2", "") })
        {
            using var answer = await hub.GetAsync(new Uri($"/datasets/lab/sums/resolve/{revision}/README.md", UriKind.Relative), Cancellation);
            Assert.Equal(code.Length > 0 ? HttpStatusCode.NotFound : HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(code, answer.Headers.TryGetValues("X-Error-Code", out var said) ? said.Single() : "");
        }

        Assert.DoesNotContain("\"1\"", await hub.GetStringAsync(new Uri("/api/datasets/lab/sums/refs", UriKind.Relative), Cancellation), StringComparison.Ordinal);
        var left = Path.Combine(bench.High.Root, "published/datasets/lab/sums/1");
        Assert.Equal(RefusalCode.VersionRetired, PublishedDocuments.OpenIn(left, bench.High.Enclave.Root).Refusal?.Code);
    }

    [Fact]
    public async Task S3_has_no_such_key()
    {
        await using var site = await S3Site.OpenAsync(LastOne);
        await site.PublishAsync("2", 2);
        await site.Bench.High.Retention.SweepAsync(Cancellation);
        Assert.Equal((HttpStatusCode.NotFound, "NoSuchKey"), await site.Sender.RefusedAsync(HttpMethod.Get, S3Site.Key));
        using var current = await site.Sender.SendAsync(HttpMethod.Get, "/datasets/lab/sums/current/data/train.jsonl");
        Assert.Equal(S3Site.Train, await current.Content.ReadAsStringAsync(Cancellation));
        using var list = await site.Sender.SendAsync(HttpMethod.Get, "/datasets?list-type=2");
        Assert.DoesNotContain("lab/sums/1/", await list.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Registry_knows_neither_tag_nor_manifest_nor_what_only_the_retired_version_had()
    {
        await using var bench = await OciBench.StartAsync(LastOne);
        await bench.PublishAsync("1", 1);
        await bench.PublishAsync("2", 2);
        using var manifest = await bench.GetAsync($"{OciBench.Sums}/manifests/1");
        var digest = OciBench.Header(manifest, "Docker-Content-Digest");
        var configuration = (await bench.JsonAsync($"{OciBench.Sums}/manifests/1")).GetProperty("config").GetProperty("digest").GetString();
        Assert.Equal((HttpStatusCode.OK, ""), await bench.CodeAsync($"{OciBench.Sums}/blobs/{configuration}"));
        await bench.Readers.High.Retention.SweepAsync(Cancellation);

        Assert.Equal((HttpStatusCode.NotFound, "MANIFEST_UNKNOWN"), await bench.CodeAsync($"{OciBench.Sums}/manifests/1"));
        Assert.Equal((HttpStatusCode.NotFound, "MANIFEST_UNKNOWN"), await bench.CodeAsync($"{OciBench.Sums}/manifests/{digest}"));
        Assert.Equal((HttpStatusCode.NotFound, "BLOB_UNKNOWN"), await bench.CodeAsync($"{OciBench.Sums}/blobs/{configuration}"));
        Assert.Equal((HttpStatusCode.OK, ""), await bench.CodeAsync($"{OciBench.Sums}/blobs/{OciBench.DigestOf(OciBench.Train)}"));
        Assert.Equal(["2"], (await bench.JsonAsync($"{OciBench.Sums}/tags/list")).GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).Where(tag => tag != "latest"));
    }

    private static string Id() => Guid.NewGuid().ToString();

    private static PinImportRequest Pin(string name, string reason = "paper") => new() { Name = name, Reason = reason, RequestId = Id() };

    private static async Task<IReadOnlyList<ImportRecord>> PublishAsync(HighBench high, int count)
    {
        var imports = new List<ImportRecord>();
        for (var number = 1; number <= count; number++)
        {
            imports.Add(await high.CarryAsync(
                Shipment.Of(high, p => p with { Version = $"{number}", Sequence = number, Files = [.. p.Files, ("z.txt", $"{number}\n")] }), session: (ulong)number));
            Assert.Equal(ImportState.Published, imports[^1].State);
        }

        return imports;
    }
}
