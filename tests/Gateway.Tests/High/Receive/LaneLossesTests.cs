using Gateway.Core.Wire;
using Gateway.High.Receive;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High.Receive;

public sealed class LaneLossesTests
{
    private static readonly LaneStatus Nothing = new() { Lane = HighBench.Lane };

    [Fact]
    public async Task Missing_blocks_of_imports_that_wait_are_named_and_nothing_else()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var destination = await bench.SendAsync(shipment, session: 1, lost: [1, 2]);

        var transfer = Assert.Single((await FindAsync(bench, Nothing)).ToRequest().Transfers);
        Assert.Equal(new(shipment.TransferId, destination!.BlockBytes, destination.Blocks, BlockRanges.Of([new(1, 2)])), transfer);
        Assert.True((await FindAsync(bench, Nothing with { Lane = "lane-2" })).ToRequest().IsEmpty);

        await bench.SendAsync(shipment, session: 2);
        Assert.True((await FindAsync(bench, Nothing)).ToRequest().IsEmpty);
    }

    [Fact]
    public async Task An_import_of_which_no_block_was_recorded_is_named_whole()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var opened = await bench.Intake.OpenAsync(HighBench.Lane, shipment.Header(1), default);
        await opened!.DisposeAsync();
        Assert.True((await FindAsync(bench, Nothing)).ToRequest().IsEmpty);
        await bench.RestartAsync();

        var transfer = Assert.Single((await FindAsync(bench, Nothing)).ToRequest().Transfers);
        Assert.Equal(transfer.Blocks, transfer.Missing.Blocks);
    }

    [Fact]
    public async Task An_import_whose_release_has_expired_is_not_asked_for()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        await bench.SendAsync(shipment, session: 1, lost: [0]);
        var import = await bench.FindAsync(shipment.TransferId);
        Assert.Equal(ImportState.Incomplete, import.State);
        bench.Time.SetUtcNow(import.Claim!.NotAfter);
        Assert.True((await FindAsync(bench, Nothing)).ToRequest().IsEmpty);
    }

    [Fact]
    public async Task Missing_sessions_are_named_but_not_those_that_cross_now()
    {
        await using var bench = await HighBench.OpenAsync();
        var status = Nothing with { MissingSessions = [3, 4, 5], ActiveSessions = [new(4, "", 1, 0)] };
        Assert.Equal([3UL, 5UL], (await FindAsync(bench, status)).ToRequest().MissingSessions);
    }

    private static Task<LaneLoss> FindAsync(HighBench bench, LaneStatus lane) => new LaneLosses(bench.Catalog, bench.Time).FindAsync(lane, default);
}
