using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Wire;
using Gateway.Hosting.Calls;
using Gateway.Storage.Low;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Storage.Low;

public sealed class LowCatalogTests : IDisposable
{
    private static Refusal? NoRefusal => null;

    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private long made;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_many_that_race_for_one_name_and_version_exactly_one_gets_it()
    {
        await using var catalog = await OpenAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => CreateAsync(catalog, i % 2 == 0 ? "acme/Corpus" : "ACME/corpus"))));
        Assert.Equal(1, outcomes.Count(outcome => outcome.Refusal is null));
        Assert.All(outcomes.Where(outcome => outcome.Refusal is not null), outcome => Assert.Equal(RefusalCode.VersionTaken, outcome.Refusal!.Code));
    }

    [Fact]
    public async Task Space_promised_to_one_upload_is_not_promised_again()
    {
        await using var catalog = await OpenAsync();
        var promised = new List<StagedSpace>();
        Refusal? Note(StagedSpace staged)
        {
            promised.Add(staged);
            return NoRefusal;
        }

        var first = (await CreateAsync(catalog, "acme/one", Note)).OrRefuse();
        await catalog.SetStagedAsync(first.Id, 40, Cancellation);
        await CreateAsync(catalog, "acme/two", Note);
        await catalog.CancelAsync(first.Id, null, "ada", Cancellation);
        await CreateAsync(catalog, "acme/three", Note);
        Assert.Equal([new(0, 0, 0), new(60, 1, 100), new(100, 1, 100)], promised);
    }

    [Fact]
    public async Task Session_numbers_are_durable_and_never_used_twice()
    {
        string first, second;
        await using (var catalog = await OpenAsync())
        {
            first = await SendingAsync(catalog, "acme/one");
            second = await SendingAsync(catalog, "acme/two");
            Assert.Equal(1, (await catalog.StartSessionAsync(first, 1000, Cancellation)).OrRefuse());
            Assert.Equal(2, (await catalog.StartSessionAsync(second, 1000, Cancellation)).OrRefuse());
        }

        await using var reopened = await OpenAsync();
        Assert.Equal(2, await reopened.LastSessionAsync("lane-1", Cancellation));
        Assert.Equal(3, (await reopened.StartSessionAsync(first, 1000, Cancellation)).OrRefuse());
    }

    [Fact]
    public async Task What_a_session_brought_is_remembered_and_a_transfer_is_sent_in_part_until_it_was()
    {
        var some = new TransferBlocks(1000, BlockRanges.Of([new(3, 1), new(7, 20)]));
        string id;
        await using (var catalog = await OpenAsync())
        {
            id = await SendingAsync(catalog, "acme/one");
            await catalog.StartSessionAsync(id, 1000, Cancellation);
            await catalog.MoveAsync(id, TransferState.SentUnconfirmed, "gateway", null, Cancellation);
            (await catalog.ResendAsync(id, some, (Guid.NewGuid().ToString(), Digest.Of([1])), "ada", Cancellation)).OrRefuse();
        }

        await using var reopened = await OpenAsync();
        Assert.Equal(some, await reopened.FindRepairAsync(id, Cancellation));
        await reopened.StartSessionAsync(id, 1000, Cancellation);
        await reopened.MoveAsync(id, TransferState.SentUnconfirmed, "gateway", null, Cancellation);
        Assert.Null(await reopened.FindRepairAsync(id, Cancellation));
        Assert.Equal(
            [new(1, id, null), new(2, id, some)], await reopened.FindSessionsAsync("lane-1", [2, 1, 3, ulong.MaxValue], Cancellation));
        Assert.Empty(await reopened.FindSessionsAsync("lane-2", [1], Cancellation));
    }

    [Fact]
    public async Task Sessions_of_one_transfer_are_listed_and_those_of_others_and_of_other_lanes_are_not()
    {
        await using var catalog = await OpenAsync();
        var (one, other) = (await SendingAsync(catalog, "acme/one"), await SendingAsync(catalog, "acme/two"));
        foreach (var id in (string[])[one, one, other, one])
        {
            (await catalog.StartSessionAsync(id, 1000, Cancellation)).OrRefuse();
        }

        Assert.Equal([1UL, 2UL, 4UL], await catalog.ListSessionsAsync("lane-1", one, Cancellation));
        Assert.Equal([3UL], await catalog.ListSessionsAsync("lane-1", other, Cancellation));
        Assert.Empty(await catalog.ListSessionsAsync("lane-2", one, Cancellation));
    }

    [Fact]
    public async Task A_transfer_can_be_cancelled_while_it_is_queued_but_not_once_a_session_began()
    {
        await using var catalog = await OpenAsync();
        var queued = await SendingAsync(catalog, "acme/one");
        var begun = await SendingAsync(catalog, "acme/two");
        await catalog.StartSessionAsync(begun, 1000, Cancellation);
        Assert.Equal(TransferState.Cancelled, (await catalog.CancelAsync(queued, null, "ada", Cancellation)).OrRefuse().State);
        Assert.Equal(RefusalCode.StateWrong, (await catalog.CancelAsync(begun, null, "ada", Cancellation)).Refusal?.Code);
        Assert.Equal(RefusalCode.StateWrong, (await catalog.StartSessionAsync(queued, 1000, Cancellation)).Refusal?.Code);
    }

    [Fact]
    public async Task Each_change_of_state_is_audited_and_signalled_and_progress_is_not_audited()
    {
        await using var catalog = await OpenAsync();
        var states = new List<TransferState>();
        catalog.StateChanged += transfer => states.Add(transfer.State);
        var id = await SendingAsync(catalog, "acme/one");
        await catalog.SetSentAsync(id, 7, Cancellation);
        TransferState[] way = [TransferState.Uploading, TransferState.Submitted, TransferState.AwaitingApproval, TransferState.Approved, TransferState.Sending];
        Assert.Equal(way, states);
        Assert.Equal(way.Select(state => state.Word()), (await catalog.ListAuditAsync(0, 100, Cancellation)).Select(record => record.Entry.State));
    }

    [Fact]
    public async Task Each_start_of_a_lane_has_a_number_of_its_own()
    {
        await using (var catalog = await OpenAsync())
        {
            Assert.Equal(1, await catalog.StartLaneAsync("lane-1", Cancellation));
            Assert.Equal(1, await catalog.StartLaneAsync("lane-2", Cancellation));
        }

        await using var reopened = await OpenAsync();
        Assert.Equal(2, await reopened.StartLaneAsync("lane-1", Cancellation));
    }

    [Fact]
    public async Task Sequences_of_one_artifact_grow_whatever_its_case()
    {
        await using var catalog = await OpenAsync();
        var sequences = new List<long>();
        foreach (var name in new[] { "acme/one", "ACME/One", "acme/other" })
        {
            var id = (await CreateAsync(catalog, name, version: $"{sequences.Count}")).OrRefuse().Id;
            await catalog.SubmitAsync(id, Digest.Of([1]), "ada", Cancellation);
            await catalog.ProposeAsync(id, sequence => Proposal(sequence, sequences), Cancellation);
        }

        Assert.Equal([1, 2, 1], sequences);
    }

    public void Dispose() => directory.Dispose();

    private async Task<LowCatalog> OpenAsync() => (await LowCatalog.OpenAsync(directory["catalog.db"], clock)).OrRefuse();

    private Task<Outcome<TransferRecord>> CreateAsync(LowCatalog catalog, string name, Func<StagedSpace, Refusal?>? room = null, string version = "1")
    {
        var artifact = ArtifactName.Parse(ArtifactKind.Dataset, name, version).OrRefuse();
        var transfer = new NewTransfer(
            $"{Interlocked.Increment(ref made):x32}", artifact, "internal", "enclave-a", "lane-1", "ada", "to test", 50, TotalBytes: 100, Files: 1);
        return catalog.CreateAsync(transfer, (Guid.NewGuid().ToString(), Digest.Of([])), "ada", room ?? (_ => NoRefusal), validateOnly: false, Cancellation);
    }

    private async Task<string> SendingAsync(LowCatalog catalog, string name)
    {
        var id = (await CreateAsync(catalog, name)).OrRefuse().Id;
        (await catalog.SubmitAsync(id, Digest.Of([1]), "ada", Cancellation)).OrRefuse();
        (await catalog.ProposeAsync(id, sequence => Proposal(sequence, []), Cancellation)).OrRefuse();
        (await catalog.MoveAsync(id, TransferState.Approved, "gateway", null, Cancellation)).OrRefuse();
        (await catalog.MoveAsync(id, TransferState.Sending, "gateway", null, Cancellation)).OrRefuse();
        return id;
    }

    private ReleaseProposal Proposal(long sequence, List<long> sequences)
    {
        sequences.Add(sequence);
        return new ReleaseProposal(Digest.Of([3]), new byte[] { 3 }, 2, ["two-people"], clock.GetUtcNow().AddDays(7));
    }
}
