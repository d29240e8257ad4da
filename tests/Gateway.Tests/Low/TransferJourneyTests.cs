using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Protocol.Low.V1;
using Xunit;
using State = Gateway.Protocol.Low.V1.Transfer.Types.State;

namespace Gateway.Tests.Low;

/// <summary>The whole way through the low side, over real gRPC with real certificates.</summary>
public sealed class TransferJourneyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dataset_is_uploaded_inspected_approved_by_two_people_and_sent()
    {
        await using var world = await LowWorld.StartAsync();
        var artifact = SampleArtifact.Of();
        var waiting = await world.BringAsync(artifact, State.AwaitingApproval);
        Assert.Equal(2, waiting.ApprovalsRequired);
        Assert.Equal(artifact.Bytes.Length, waiting.StagedBytes);

        var reviews = await world.Reviews("bob").ListReviewsAsync(new ListReviewsRequest(), cancellationToken: Cancellation);
        Assert.Equal(waiting.Name, Assert.Single(reviews.Reviews).Transfer.Name);
        await world.ApproveAsync("bob", waiting);
        Assert.Empty((await world.Reviews("bob").ListReviewsAsync(new ListReviewsRequest(), cancellationToken: Cancellation)).Reviews);
        await world.ApproveAsync("carol", waiting);

        var sent = await world.ReachAsync(waiting.Name, State.SentUnconfirmed);
        Assert.Equal(1ul, sent.Session);
        Assert.Equal(["bob", "carol"], sent.Approvals.Select(approval => approval.Person));
    }

    [Fact]
    public async Task The_stored_documents_verify_and_name_each_other()
    {
        await using var world = await LowWorld.StartAsync();
        var waiting = await world.BringAsync(SampleArtifact.Of(), State.AwaitingApproval);
        var manifest = Envelope.Parse(await world.ReadAsync("bob", waiting.Name, Document.Manifest)).OrRefuse();
        var inspection = Envelope.Parse(await world.ReadAsync("bob", waiting.Name, Document.Inspection)).OrRefuse();
        var release = Envelope.Parse(await world.ReadAsync("bob", waiting.Name, Document.Release)).OrRefuse();
        var parsed = Release.Parse(release.Payload).OrRefuse();
        Assert.Equal(waiting.ReleaseSha256, release.PayloadDigest.Hex);
        Assert.Equal(manifest.PayloadDigest, parsed.ManifestDigest);
        Assert.Equal(inspection.PayloadDigest, parsed.InspectionDigest);
        Assert.Equal(waiting.Name, $"transfers/{parsed.TransferId}");
        Assert.Equal(1, parsed.Sequence);
    }

    [Fact]
    public async Task Work_goes_on_after_a_restart_at_each_step_and_approvals_survive()
    {
        await using var world = await LowWorld.StartAsync();
        var artifact = SampleArtifact.Of();
        var created = await world.Transfers("ada").CreateTransferAsync(LowWorld.Request(artifact));
        await world.UploadAsync("ada", created.Name, artifact.Bytes.AsMemory(0, 1000));
        await world.RestartAsync();
        Assert.Equal(1000, (await world.Transfers("ada").GetTransferAsync(new GetTransferRequest { Name = created.Name })).StagedBytes);
        await world.UploadAsync("ada", created.Name, artifact.Bytes.AsMemory(1000), offset: 1000);

        await world.SubmitAsync("ada", created.Name, world.ManifestOf(artifact));
        await world.RestartAsync();
        var waiting = await world.ReachAsync(created.Name, State.AwaitingApproval);
        await world.ApproveAsync("bob", waiting);
        await world.RestartAsync();
        var again = await world.Transfers("ada").GetTransferAsync(new GetTransferRequest { Name = created.Name });
        Assert.Equal(waiting.ReleaseSha256, again.ReleaseSha256);
        await world.ApproveAsync("carol", again);
        await world.ReachAsync(created.Name, State.SentUnconfirmed);
    }

    [Fact]
    public async Task A_sent_transfer_is_sent_again_under_a_new_session_and_once_per_request()
    {
        await using var world = await LowWorld.StartAsync();
        var waiting = await world.BringAsync(SampleArtifact.Of(), State.AwaitingApproval);
        await world.ApproveAsync("bob", waiting);
        await world.ApproveAsync("carol", waiting);
        await world.ReachAsync(waiting.Name, State.SentUnconfirmed);
        var request = new ResendTransferRequest { Name = waiting.Name, RequestId = Guid.NewGuid().ToString() };
        await world.Transfers("ada").ResendTransferAsync(request);
        Assert.Equal(2ul, (await world.ReachAsync(waiting.Name, State.SentUnconfirmed)).Session);
        await world.Transfers("ada").ResendTransferAsync(request);
        Assert.Equal(2ul, (await world.ReachAsync(waiting.Name, State.SentUnconfirmed)).Session);
    }

    [Fact]
    public async Task The_next_version_carries_a_higher_sequence_and_the_difference_to_the_last()
    {
        await using var world = await LowWorld.StartAsync();
        var first = await world.BringAsync(SampleArtifact.Of(), State.AwaitingApproval);
        await world.ApproveAsync("bob", first);
        await world.ApproveAsync("carol", first);
        await world.ReachAsync(first.Name, State.SentUnconfirmed);
        var second = await world.BringAsync(SampleArtifact.Of(version: "2", text: "another line\n"), State.AwaitingApproval);
        var report = InspectionReport.Parse(
            Envelope.Parse(await world.ReadAsync("bob", second.Name, Document.Inspection)).OrRefuse().Payload).OrRefuse();
        Assert.Equal("1", report.Previous?.Version);
        Assert.Equal((0, 0, 1), (report.Previous!.Added, report.Previous.Removed, report.Previous.Changed));
        var release = Release.Parse(
            Envelope.Parse(await world.ReadAsync("bob", second.Name, Document.Release)).OrRefuse().Payload).OrRefuse();
        Assert.Equal(2, release.Sequence);
    }
}
