using Gateway.Protocol.Low.V1;
using Gateway.Protocol.V1;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using State = Gateway.Protocol.Low.V1.Transfer.Types.State;

namespace Gateway.Tests.Low;

/// <summary>Who may sign what, and what a signature does.</summary>
public sealed class ApprovalTests(LowWorldFixture fixture) : IClassFixture<LowWorldFixture>
{
    private readonly LowWorld world = fixture.World;
    private readonly SampleArtifact artifact = SampleArtifact.Of(name: $"acme/{Guid.NewGuid():N}");

    [Fact]
    public async Task Nobody_approves_what_they_submitted_whatever_their_roles()
    {
        var waiting = await world.BringAsync(artifact, State.AwaitingApproval, "eve");
        Assert.Equal("SELF_APPROVAL", await Refused.ByAsync(() => world.ApproveAsync("eve", waiting)));
        var review = await world.Reviews("eve").GetReviewAsync(new GetReviewRequest { Name = $"{waiting.Name}/review" });
        Assert.False(review.AwaitsCaller);
    }

    [Fact]
    public async Task A_signature_counts_once_and_only_for_the_caller_who_made_it()
    {
        var waiting = await world.BringAsync(artifact, State.AwaitingApproval);
        Assert.Equal("SIGNER_NOT_CALLER", await Refused.ByAsync(() => world.ApproveAsync("bob", waiting, signer: "carol")));
        Assert.Equal("SIGNATURE_INVALID", await Refused.ByAsync(async () => await world.Approvals("bob").ApproveTransferAsync(Forged(waiting))));
        Assert.Equal("ROLE_MISSING", await Refused.ByAsync(() => world.ApproveAsync("olga", waiting)));
        var unseen = Forged(waiting);
        unseen.ReleaseSha256 = new string('0', 64);
        Assert.Equal("DIGEST_NOT_SHOWN", await Refused.ByAsync(async () => await world.Approvals("bob").ApproveTransferAsync(unseen)));
        await world.ApproveAsync("bob", waiting);
        Assert.Equal("ALREADY_DECIDED", await Refused.ByAsync(() => world.ApproveAsync("bob", waiting)));
        var after = await world.Transfers("ada").GetTransferAsync(new GetTransferRequest { Name = waiting.Name });
        Assert.Equal(State.AwaitingApproval, after.State);
        Assert.Equal("bob", Assert.Single(after.Approvals).Person);
    }

    [Fact]
    public async Task One_rejection_with_a_reason_is_final()
    {
        var waiting = await world.BringAsync(artifact, State.AwaitingApproval);
        await world.ApproveAsync("bob", waiting);
        var silent = new RejectTransferRequest { Name = waiting.Name, RequestId = Guid.NewGuid().ToString() };
        Assert.Equal("REQUEST_INVALID", await Refused.ByAsync(async () => await world.Approvals("carol").RejectTransferAsync(silent)));
        silent.Message = "the licence is missing";
        Assert.Equal(State.Rejected, (await world.Approvals("carol").RejectTransferAsync(silent)).State);
        Assert.Equal(State.Rejected, (await world.Approvals("carol").RejectTransferAsync(silent)).State);
        Assert.Equal("STATE_WRONG", await Refused.ByAsync(() => world.ApproveAsync("dan", waiting)));
    }

    [Fact]
    public async Task Every_change_and_every_refusal_is_in_the_audit_record_for_auditors_only()
    {
        var waiting = await world.BringAsync(artifact, State.AwaitingApproval);
        await Refused.ByAsync(() => world.ApproveAsync("ada", waiting));
        await world.ApproveAsync("bob", waiting);
        var audit = new AuditService.AuditServiceClient(world.Channel("olga"));
        var records = new List<AuditRecord>();
        var token = "";
        do
        {
            var page = await audit.ListAuditRecordsAsync(new ListAuditRecordsRequest { PageToken = token });
            records.AddRange(page.Records);
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        var ours = records.Where(record => waiting.Name == $"transfers/{record.TransferId}").ToList();
        Assert.Equal(
            ["transfer.created", "transfer.submitted", "transfer.awaiting_approval", "call.refused", "approval.given"],
            ours.Select(record => record.Action));
        Assert.Contains(ours, record => record is { Actor: "ada", Refusal: RefusalCode.SelfApproval });
        Assert.Contains(records, record => record.Action == "service.started" && record.Detail.StartsWith("trust root 1 ", StringComparison.Ordinal));
        var other = new AuditService.AuditServiceClient(world.Channel("ada"));
        Assert.Equal("ROLE_MISSING", await Refused.ByAsync(async () => await other.ListAuditRecordsAsync(new ListAuditRecordsRequest())));
    }

    [Fact]
    public async Task A_release_that_nobody_signed_in_time_expires()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var slow = await LowWorld.StartAsync(clock, """ "release": { "validityDays": 2 },""");
        var waiting = await slow.BringAsync(artifact, State.AwaitingApproval);
        await slow.ApproveAsync("bob", waiting);
        clock.Advance(TimeSpan.FromDays(2));
        var expired = await slow.ReachAsync(waiting.Name, State.Expired);
        Assert.Equal(RefusalCode.Expired, expired.Refusal.Code);
    }

    private static ApproveTransferRequest Forged(Transfer transfer) => new()
    {
        Name = transfer.Name,
        RequestId = Guid.NewGuid().ToString(),
        ReleaseSha256 = transfer.ReleaseSha256,
        KeyId = new string('0', 64),
        Signature = ByteString.CopyFrom(new byte[64]),
        Message = "",
    };
}
