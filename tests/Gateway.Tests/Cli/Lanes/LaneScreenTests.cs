using CsCheck;
using Gateway.Cli;
using Gateway.Cli.Lanes;
using Gateway.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Xunit;

namespace Gateway.Tests.Cli.Lanes;

public sealed class LaneScreenTests
{
    [Fact]
    public void Bars_hold_every_block_once_and_reach_to_the_last_parity_symbol() =>
        Gen.Select(Gen.ULong[0, 1000].Array[0, 60], Gen.Int[0, 60]).Sample((needed, parity) =>
        {
            var bars = LaneScreen.Bars(needed, parity).ToList();
            Assert.Equal(needed.Aggregate(0UL, (sum, blocks) => sum + blocks), bars.Aggregate(0UL, (sum, bar) => sum + bar.Blocks));
            Assert.InRange(bars.Count, 0, 9);
            if (needed.Length > 0)
            {
                Assert.Equal($"{Math.Max(parity, needed.Length - 1)}", bars[^1].Symbols.Split(' ')[^1]);
            }
        });

    [Fact]
    public void A_lane_says_what_was_lost_what_the_margin_was_and_what_to_do()
    {
        using var run = new CommandLineRun();
        var high = new Lane
        {
            Name = "lanes/lane-1",
            Kind = "udp",
            LastSession = 7,
            Datagrams = 990_000,
            Bytes = 1_441_440_000,
            MissingDatagrams = 10_000,
            KernelDrops = 12,
            Faults = new() { Forged = 3 },
            ParitySymbols = 20,
            ParityNeeded = { 500, 300, 150, 50, 2, 0, 0, 1 },
            LostBlocks = 4,
            RepairedBlocks = 503,
            MissingSessions = { 5, 6 },
            HeartbeatAge = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.4)),
            ActiveSessions = { new LaneSession { Session = 7, Transfer = "transfers/0190", Blocks = 200, DoneBlocks = 50 } },
            KeyIds = { "0000aaaa", "0000bbbb" },
            KeyId = "0000bbbb",
        };
        var low = new Lane { Name = "lanes/lane-1", Kind = "udp", RateBitsPerSecond = 10_000_000_000, SentBitsPerSecond = 940_500_000, QueuedSessions = 2, Packing = true, PackingRatio = 1.38 };

        LaneScreen.Show(run.Environment.Screen, [LaneView.Of("low", low), LaneView.Of("high", high)]);

        Assert.Contains("10,000 datagrams (1 %), 12 of them in this machine's kernel", run.Out, StringComparison.Ordinal);
        Assert.Contains("at most 7 of 20 symbols: a margin of 13", run.Out, StringComparison.Ordinal);
        Assert.Contains("503 repaired by parity, 4 lost: gateway repair request", run.Out, StringComparison.Ordinal);
        Assert.Contains("2 sessions (5, 6): gateway repair request", run.Out, StringComparison.Ordinal);
        Assert.Contains("0.4 s ago", run.Out, StringComparison.Ordinal);
        Assert.Contains("0000aaaa, 0000bbbb; in use: 0000bbbb", run.Out, StringComparison.Ordinal);
        Assert.Contains("1.38 bytes of artifacts in each byte", run.Out, StringComparison.Ordinal);
        Assert.Contains("25 %", run.Out, StringComparison.Ordinal);
        Assert.Contains("940.5 Mbit/s of 10 Gbit/s", run.Out, StringComparison.Ordinal);
        Assert.Contains("none: datagrams are not authenticated", run.Out, StringComparison.Ordinal);
    }
}
