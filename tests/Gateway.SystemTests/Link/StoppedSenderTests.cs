using Gateway.Core.Wire;
using Gateway.Protocol.High.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Link;

/// <summary>A sender that says nothing more, not even that it ends.</summary>
public sealed class StoppedSenderTests(HighSiteFixture fixture) : IClassFixture<HighSiteFixture>
{
    private readonly HighSite site = fixture.Site;
    private readonly HostileLowSide low = fixture.Low;

    [Fact]
    public async Task Sender_that_stops_leaves_an_incomplete_import_that_it_may_complete()
    {
        var transfer = Artifacts.Array(low.Honest(), 6 << 20);
        var number = await HalfAsync(transfer);
        var import = await site.WaitForAsync(i => i.Session == number && i.State != Import.Types.State.Receiving);
        Assert.Equal(Import.Types.State.Incomplete, import.State);
        Assert.True(import.MissingBlocks > 0);
        Assert.Equal(Import.Types.State.Published, (await low.PushAsync(transfer)).State);
    }

    [Fact]
    public async Task Sender_that_stops_and_begins_again_is_not_kept_waiting_by_its_old_session()
    {
        var transfer = Artifacts.Array(low.Honest(), 6 << 20);
        await HalfAsync(transfer);
        Assert.Equal(Import.Types.State.Published, (await low.PushAsync(transfer)).State);
    }

    private async Task<ulong> HalfAsync(HostileTransfer transfer)
    {
        var number = low.NextSession();
        var datagrams = await low.ListAsync(transfer, number);
        Assert.NotEqual((byte)DatagramKind.End, datagrams[datagrams.Count / 2][4]);
        foreach (var datagram in datagrams.Take(datagrams.Count / 2))
        {
            await low.SendPacedAsync(datagram);
        }

        return number;
    }
}
