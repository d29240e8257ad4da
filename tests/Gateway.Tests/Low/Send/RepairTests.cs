using Gateway.Core.Wire;
using Gateway.Protocol.Low.V1;
using Xunit;
using Outcome = Gateway.Protocol.Low.V1.Repair.Types.Outcome;
using State = Gateway.Protocol.Low.V1.Transfer.Types.State;

namespace Gateway.Tests.Low.Send;

public sealed class RepairTests
{
    // As the high side counts blocks; the lane cuts others, so that these are recut.
    private const int PayloadBytes = 50_000;

    private static readonly SampleArtifact Large = SampleArtifact.Of(text: new string('x', 200) + "\n");

    [Fact]
    public async Task Just_the_blocks_that_a_code_names_are_sent_and_once_for_one_request()
    {
        await using var world = await LowWorld.StartAsync();
        var sent = await SendAsync(world, Large);
        var whole = world.Lane.Status.Datagrams;
        var request = Request(world, new([], [Missing(sent, new(40, 1))]));

        var repair = Assert.Single((await ApplyAsync(world, request)).Repairs);
        Assert.Equal((Outcome.Queued, sent.Name, false, 1L), (repair.Outcome, repair.Transfer, repair.Whole, repair.Blocks));
        Assert.Equal(2UL, (await ReachAsync(world, sent, session: 2)).Session);
        Assert.InRange(world.Lane.Status.Datagrams - whole, 1, whole / 2);

        await ApplyAsync(world, request);
        Assert.Equal(2UL, (await world.ReachAsync(sent.Name, State.SentUnconfirmed)).Session);
        var records = await world.AuditAsync();
        Assert.Contains(records, r => r.Action == "repair.applied" && r.Actor == "ada" && r.Detail.EndsWith(request.Code, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_of_which_nothing_arrived_is_sent_whole_again_unless_a_later_one_arrived()
    {
        await using var world = await LowWorld.StartAsync();
        var sent = await SendAsync(world, SampleArtifact.Of());
        var lost = Assert.Single((await ApplyAsync(world, Request(world, new([1], [])))).Repairs);
        Assert.Equal((Outcome.Queued, true, sent.TotalBytes), (lost.Outcome, lost.Whole, lost.Bytes));
        Assert.Equal([1UL], lost.Sessions);
        await ReachAsync(world, sent, session: 2);

        Assert.Equal(Outcome.Superseded, Assert.Single((await ApplyAsync(world, Request(world, new([1], [])))).Repairs).Outcome);
        Assert.Equal(Outcome.Queued, Assert.Single((await ApplyAsync(world, Request(world, new([1, 2], [])))).Repairs).Outcome);
        await ReachAsync(world, sent, session: 3);
    }

    [Fact]
    public async Task A_lost_repair_is_sent_again_as_it_was_and_no_more()
    {
        await using var world = await LowWorld.StartAsync();
        var sent = await SendAsync(world, Large);
        await ApplyAsync(world, Request(world, new([], [Missing(sent, new(3, 2))])));
        await ReachAsync(world, sent, session: 2);
        var again = Assert.Single((await ApplyAsync(world, Request(world, new([2], [Missing(sent, new(7, 1))])))).Repairs);
        Assert.Equal((false, 3L), (again.Whole, again.Blocks));
        await ReachAsync(world, sent, session: 3);
    }

    [Fact]
    public async Task What_is_only_asked_about_is_not_sent()
    {
        await using var world = await LowWorld.StartAsync();
        var sent = await SendAsync(world, SampleArtifact.Of());
        var request = Request(world, new([1], []));
        request.ValidateOnly = true;
        Assert.Equal(Outcome.Queued, Assert.Single((await ApplyAsync(world, request)).Repairs).Outcome);
        Assert.Equal(1UL, (await world.ReachAsync(sent.Name, State.SentUnconfirmed)).Session);
    }

    [Fact]
    public async Task Codes_that_are_damaged_or_of_another_lane_key_or_artifact_are_refused()
    {
        await using var world = await LowWorld.StartAsync();
        var sent = await SendAsync(world, SampleArtifact.Of());
        var good = Request(world, new([1], [])).Code;
        Assert.Equal("REPAIR_CODE_DAMAGED", await RefusedAsync(world, (good[0] == '1' ? "2" : "1") + good[1..]));
        Assert.Equal("REPAIR_CODE_FOREIGN", await RefusedAsync(world, RepairCode.Make("lane-9", world.LaneKey, new([1], [])).Text));
        Assert.Equal("REPAIR_CODE_FOREIGN", await RefusedAsync(world, RepairCode.Make("lane-1", LaneKey.Generate(), new([1], [])).Text));
        var other = Assert.Single((await ApplyAsync(world, Request(world, new([], [Missing(sent, new(0, 1)) with { Blocks = 2 }])))).Repairs);
        Assert.Equal((Outcome.Refused, Protocol.V1.RefusalCode.RepairCodeForeign), (other.Outcome, other.Refusal.Code));
        Assert.Equal("ROLE_MISSING", await Refused.ByAsync(async () => await Repairs(world, "bob").ApplyRepairAsync(Request(world, new([1], [])))));
        Assert.Equal(1UL, (await world.ReachAsync(sent.Name, State.SentUnconfirmed)).Session);
    }

    [Fact]
    public async Task Sessions_and_transfers_that_this_side_does_not_know_are_refused_one_by_one()
    {
        await using var world = await LowWorld.StartAsync();
        await SendAsync(world, SampleArtifact.Of());
        var stranger = new RepairTransfer(Guid.NewGuid().ToString("N"), 1000, 10, BlockRanges.Of([new(0, 1)]));
        var repairs = (await ApplyAsync(world, Request(world, new([1, 77], [stranger])))).Repairs;
        Assert.Equal(
            ["Queued", $"Refused {Protocol.V1.RefusalCode.SessionUnknown}", "Refused TransferUnknown"],
            repairs.Select(r => r.Refusal is null ? $"{r.Outcome}" : $"{r.Outcome} {r.Refusal.Code}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_no_longer_held_is_refused_with_the_way_out()
    {
        await using var world = await LowWorld.StartAsync();
        var sent = await SendAsync(world, SampleArtifact.Of());
        File.Delete(world.StagePath(sent.Name));
        var gone = Assert.Single((await ApplyAsync(world, Request(world, new([1], [])))).Repairs);
        Assert.Equal(Protocol.V1.RefusalCode.StagingGone, gone.Refusal.Code);
        Assert.Contains("Submit the artifact again", gone.Refusal.Sentence, StringComparison.Ordinal);
    }

    private static RepairTransfer Missing(Transfer transfer, BlockRange range) => new(
        transfer.Name["transfers/".Length..], PayloadBytes, (transfer.TotalBytes - 1) / PayloadBytes + 1, BlockRanges.Of([range]));

    private static ApplyRepairRequest Request(LowWorld world, RepairRequest request) => new()
    {
        RequestId = Guid.NewGuid().ToString(),
        Code = RepairCode.Make("lane-1", world.LaneKey, request).Text,
    };

    private static RepairService.RepairServiceClient Repairs(LowWorld world, string person = "ada") => new(world.Channel(person));

    private static async Task<ApplyRepairResponse> ApplyAsync(LowWorld world, ApplyRepairRequest request) => await Repairs(world).ApplyRepairAsync(request);

    private static Task<string> RefusedAsync(LowWorld world, string code) =>
        Refused.ByAsync(async () => await Repairs(world).ApplyRepairAsync(new() { RequestId = Guid.NewGuid().ToString(), Code = code }));

    private static async Task<Transfer> SendAsync(LowWorld world, SampleArtifact artifact)
    {
        var waiting = await world.BringAsync(artifact, State.AwaitingApproval);
        await world.ApproveAsync("bob", waiting);
        await world.ApproveAsync("carol", waiting);
        return await world.ReachAsync(waiting.Name, State.SentUnconfirmed);
    }

    private static async Task<Transfer> ReachAsync(LowWorld world, Transfer transfer, ulong session)
    {
        var reached = await world.ReachAsync(transfer.Name, State.SentUnconfirmed);
        Assert.Equal(session, reached.Session);
        return reached;
    }
}
