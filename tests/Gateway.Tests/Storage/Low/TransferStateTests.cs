using Gateway.Protocol.Low.V1;
using Gateway.Storage.Low;
using Xunit;

namespace Gateway.Tests.Storage.Low;

public sealed class TransferStateTests
{
    [Fact]
    public void States_equal_those_of_the_protocol() =>
        Assert.Equal(
            Enum.GetValues<Transfer.Types.State>().Where(state => state != 0).Select(state => (state.ToString(), (int)state)),
            Enum.GetValues<TransferState>().Select(state => (state.ToString(), (int)state)));

    [Fact]
    public void Nothing_follows_an_end_but_a_second_sending()
    {
        var moves =
            from state in Enum.GetValues<TransferState>()
            from next in Enum.GetValues<TransferState>()
            where state.IsFinal() && state.MayBecome(next)
            select (state, next);
        Assert.Equal([(TransferState.SentUnconfirmed, TransferState.Sending)], moves);
    }

    [Fact]
    public void The_lane_is_reached_by_one_way_only()
    {
        var moves =
            from state in Enum.GetValues<TransferState>()
            where state.MayBecome(TransferState.Sending) || state.MayBecome(TransferState.Approved)
            select state;
        Assert.Equal([TransferState.AwaitingApproval, TransferState.Approved, TransferState.SentUnconfirmed], moves);
    }
}
