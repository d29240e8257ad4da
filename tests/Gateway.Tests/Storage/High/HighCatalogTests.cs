using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Wire;
using Gateway.Storage.High;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Storage.High;

public sealed class HighCatalogTests : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private HighCatalog catalog = null!;

    public async ValueTask InitializeAsync() => catalog = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await catalog.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Publication_consumes_the_transfer_and_survives_a_restart()
    {
        var claim = Claim(1, "1", sequence: 1);
        await VerifyingAsync(claim);
        Assert.Null(await catalog.PublishAsync(claim.TransferId, default));
        Assert.Null(await catalog.PublishAsync(claim.TransferId, default));
        await catalog.DisposeAsync();
        catalog = await OpenAsync();
        Assert.Equal(RefusalCode.TransferConsumed, (await catalog.FindObjectionAsync(claim, default))?.Code);
        Assert.Equal(RefusalCode.SequenceNotNewer, (await catalog.FindObjectionAsync(Claim(2, "0", sequence: 1), default))?.Code);
        Assert.Equal(RefusalCode.VersionTaken, (await catalog.FindObjectionAsync(Claim(2, "1", sequence: 2), default))?.Code);
        Assert.Null(await catalog.FindObjectionAsync(Claim(2, "2", sequence: 2), default));
    }

    [Fact]
    public async Task Epochs_of_lane_keys_survive_a_restart_and_never_go_back()
    {
        await catalog.RecordEpochAsync("lane-1", new(7, 3), default);
        await catalog.RecordEpochAsync("lane-1", new(uint.MaxValue, uint.MaxValue), default);
        await catalog.RecordEpochAsync("lane-2", new(7, 9), default);
        await catalog.RecordEpochAsync("lane-1", new(7, 5), default);
        await catalog.RecordEpochAsync("lane-1", new(7, 4), default);
        await catalog.DisposeAsync();
        catalog = await OpenAsync();

        Assert.Equal([new(7, 5), new(uint.MaxValue, uint.MaxValue)], await catalog.ListEpochsAsync("lane-1", default));
        Assert.Equal([new LaneEpoch(7, 9)], await catalog.ListEpochsAsync("lane-2", default));
        Assert.Empty(await catalog.ListEpochsAsync("lane-3", default));
    }

    [Fact]
    public async Task Publication_of_what_is_not_verified_is_refused()
    {
        var claim = Claim(1, "1", sequence: 1);
        await BeginAsync(claim);
        Assert.Equal(RefusalCode.StateWrong, (await catalog.PublishAsync(claim.TransferId, default))?.Code);
        Assert.Null(await catalog.FindObjectionAsync(claim, default));
    }

    [Fact]
    public async Task Blocks_on_disk_survive_a_restart()
    {
        var claim = Claim(1, "1", sequence: 1);
        await BeginAsync(claim);
        Assert.Equal(ImportState.Receiving, await catalog.ProgressAsync(claim.TransferId, new(10, [0b101]), 20, 8, sessionEnded: false, default));
        await catalog.DisposeAsync();
        catalog = await OpenAsync();
        var blocks = await catalog.FindBlocksAsync(claim.TransferId, default);
        Assert.Equal((10, (byte)0b101), (blocks!.BlockBytes, blocks.Bitmap.Single()));
    }

    [Fact]
    public async Task Events_resume_after_a_number_and_a_change_wakes_who_waits()
    {
        var changed = catalog.Changes.Next;
        Assert.False(changed.IsCompleted);
        await VerifyingAsync(Claim(1, "1", sequence: 1));
        await changed.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        var all = await catalog.ListEventsAsync(0, 100, default);
        Assert.Equal([ImportState.Receiving, ImportState.Verifying], all.Events.Select(e => e.Import.State));
        var rest = await catalog.ListEventsAsync(all.Events[0].Number, 100, default);
        Assert.Equal(ImportState.Verifying, Assert.Single(rest.Events).Import.State);
        Assert.Empty((await catalog.ListEventsAsync(all.Through, 100, default)).Events);
    }

    [Fact]
    public async Task Event_shows_the_import_as_it_was_then()
    {
        var claim = Claim(1, "1", sequence: 1);
        await BeginAsync(claim);
        await catalog.ProgressAsync(claim.TransferId, new(10, [0b1, 0]), 10, 9, sessionEnded: true, default);
        await catalog.BeginAsync(claim, new("lane-1", 2), 10, _ => null, () => { }, default);
        var events = (await catalog.ListEventsAsync(0, 100, default)).Events.Select(e => (e.Import.State, e.Import.Session.Number, e.Import.MissingBlocks));
        Assert.Equal([(ImportState.Receiving, 1, 10), (ImportState.Incomplete, 1, 9), (ImportState.Receiving, 2, 9)], events);
    }

    [Fact]
    public async Task Acknowledgement_counts_once_and_only_for_what_is_published()
    {
        var claim = Claim(1, "1", sequence: 1);
        await VerifyingAsync(claim);
        var request = (Guid.NewGuid().ToString(), Digest.Of("body"u8));
        Assert.Equal(RefusalCode.NotPublished, (await catalog.AcknowledgeAsync(claim.TransferId, "trainer", request, "ida", default)).Refusal?.Code);
        await catalog.PublishAsync(claim.TransferId, default);
        for (var i = 0; i < 2; i++)
        {
            await catalog.AcknowledgeAsync(claim.TransferId, "trainer", request, "ida", default);
            await catalog.AcknowledgeAsync(claim.TransferId, "trainer", (Guid.NewGuid().ToString(), Digest.Of("body"u8)), "ida", default);
        }

        Assert.True((await catalog.FindAsync(claim.TransferId, default)).Succeeded(out var import, out _));
        Assert.Equal("trainer", Assert.Single(import.AcknowledgedBy));
        Assert.Single(await catalog.ListAuditAsync(0, 100, default), record => record.Entry.Action == "import.acknowledged");
        Assert.Equal(
            RefusalCode.RequestIdReused,
            (await catalog.AcknowledgeAsync(claim.TransferId, "other", (request.Item1, Digest.Of("other"u8)), "ida", default)).Refusal?.Code);
    }

    [Fact]
    public async Task Refused_headers_are_bounded_and_never_touch_an_import()
    {
        var claim = Claim(1, "1", sequence: 1);
        await BeginAsync(claim);
        var refusal = new Refusal(RefusalCode.ThresholdNotMet, "0 of 2");
        for (var i = 0; i < HighCatalog.MaximumUnverified + 5; i++)
        {
            await catalog.QuarantineHeaderAsync(Digest.Of(BitConverter.GetBytes(i)), claim, believed: true, new("lane-1", i), refusal, default);
        }

        Assert.Equal(HighCatalog.MaximumUnverified, (await catalog.ListAsync(ImportState.Quarantined, null, 10_000, default)).Count);
        Assert.Equal(HighCatalog.MaximumUnverified, await UnverifiedEventsAsync());
        var repeated = Digest.Of(BitConverter.GetBytes(HighCatalog.MaximumUnverified));
        await catalog.QuarantineHeaderAsync(repeated, claim, believed: true, new("lane-1", 9_999), refusal, default);
        Assert.Equal(HighCatalog.MaximumUnverified, await UnverifiedEventsAsync());
        Assert.True((await catalog.FindAsync(claim.TransferId, default)).Succeeded(out var import, out _));
        Assert.Equal(ImportState.Receiving, import.State);
    }

    [Fact]
    public async Task Open_imports_are_limited_and_space_is_asked_for_with_what_others_were_promised()
    {
        for (var i = 0; i < HighCatalog.MaximumOpenImports; i++)
        {
            await BeginAsync(Claim(i, $"{i}", sequence: i + 1));
        }

        Assert.Equal(RefusalCode.ReceiveQueueFull, (await TryBeginAsync(Claim(999, "999", sequence: 999))).Refusal?.Code);
        await catalog.QuarantineAsync(Claim(0, "0", 1).TransferId, new Refusal(RefusalCode.Expired, ""), default);
        WantedSpace? asked = null;
        await catalog.BeginAsync(Claim(999, "999", sequence: 999), new("lane-1", 1), 10, space =>
        {
            asked = space;
            return null;
        }, () => { }, default);
        Assert.Equal(new WantedSpace(100L * (HighCatalog.MaximumOpenImports - 1), 100, 100L * (HighCatalog.MaximumOpenImports - 1), 100), asked);
    }

    private static ImportClaim Claim(int transfer, string version, long sequence) => new()
    {
        TransferId = $"{transfer:x32}",
        Release = Digest.Of(BitConverter.GetBytes(transfer)),
        Manifest = Digest.Of("manifest"u8),
        Artifact = ArtifactName.Parse(ArtifactKind.Dataset, "lab/sums", version).Succeeded(out var artifact, out _)
            ? artifact
            : throw new InvalidOperationException(version),
        Class = "internal",
        Submitter = "eva",
        Approvers = ["ann", "bob"],
        Files = 1,
        Bytes = 100,
        Sequence = sequence,
        NotAfter = new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero),
    };

    private async Task<int> UnverifiedEventsAsync() =>
        (await catalog.ListEventsAsync(0, 10_000, default)).Events.Count(e => e.Import.Id.StartsWith(ImportRecord.UnverifiedPrefix, StringComparison.Ordinal));

    private async Task<HighCatalog> OpenAsync() =>
        (await HighCatalog.OpenAsync(directory["catalog.db"], time)).Succeeded(out var opened, out var refusal)
            ? opened
            : throw new InvalidOperationException(refusal.ToString());

    private Task<Outcome<ImportRecord>> TryBeginAsync(ImportClaim claim) =>
        catalog.BeginAsync(claim, new("lane-1", 1), blocks: 10, _ => null, () => { }, default);

    private async Task BeginAsync(ImportClaim claim) => Assert.True((await TryBeginAsync(claim)).Succeeded(out _, out var refusal), refusal?.ToString());

    private async Task VerifyingAsync(ImportClaim claim)
    {
        await BeginAsync(claim);
        Assert.Equal(ImportState.Verifying, await catalog.ProgressAsync(claim.TransferId, new(10, [0xff, 0x03]), 100, 0, sessionEnded: true, default));
    }
}
