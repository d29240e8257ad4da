using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class DatagramGateTests
{
    private const string Lane = "lane-1";
    private const int SymbolBytes = 64;

    private static readonly FecGeometry Geometry = WireSession.Geometry(4, 2, SymbolBytes, 2);

    private readonly LaneKey key = LaneKey.Generate();

    [Fact]
    public void What_the_sealer_sealed_passes_once()
    {
        using var gate = Gate(key);
        var sealing = new Sealing(key, epoch: 1);
        for (var i = 0; i < 1000; i++)
        {
            var bytes = sealing.Next();
            Assert.Equal(DatagramFault.None, gate.Take(bytes, out var datagram, out var symbol));
            Assert.Equal((DatagramKind.Data, 7UL), (datagram.Kind, datagram.Session));
            Assert.True(symbol.SequenceEqual(bytes.AsSpan(Datagram.HeaderBytes, SymbolBytes)));
            Assert.Equal(DatagramFault.Replayed, gate.Take(bytes, out _, out _));
        }

        Assert.Equal(0, gate.Missing);
    }

    [Fact]
    public void Any_single_flipped_bit_is_turned_away_and_changes_nothing()
    {
        using var gate = Gate(key);
        var sealing = new Sealing(key, epoch: 1);
        var bytes = sealing.Next();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = (byte[])bytes.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(DatagramFault.None, gate.Take(changed, out _, out _));
        }

        Assert.Equal(0, gate.Missing);
        Assert.Equal([new(key.IdFor(Lane), 0)], gate.Newest);
        Assert.Equal(DatagramFault.None, gate.Take(bytes, out _, out _));
    }

    [Fact]
    public void A_key_of_another_lane_or_site_is_foreign()
    {
        using var gate = Gate(key);
        Assert.Equal(DatagramFault.Foreign, gate.Take(new Sealing(LaneKey.Generate(), epoch: 1).Next(), out _, out _));
        Assert.Equal(DatagramFault.Foreign, gate.Take(new Sealing(key, epoch: 1, "lane-2").Next(), out _, out _));
        Assert.NotEqual(key.IdFor(Lane), key.IdFor("lane-2"));
    }

    [Fact]
    public void A_datagram_without_a_key_is_foreign_where_the_lane_has_one_and_the_other_way_round()
    {
        using var closed = Gate(key);
        using var open = new DatagramGate(Lane, [], []);
        Assert.Equal(DatagramFault.Foreign, closed.Take(new Sealing(null, epoch: 1).Next(), out _, out _));
        Assert.Equal(DatagramFault.Foreign, open.Take(new Sealing(key, epoch: 1).Next(), out _, out _));
        Assert.Equal(DatagramFault.None, open.Take(new Sealing(null, epoch: 1).Next(), out _, out _));
    }

    [Fact]
    public void A_datagram_of_version_1_passes_only_where_the_lane_is_not_authenticated()
    {
        byte[] former = [.. "GWL"u8, 1, 1, 0, 0, 0, .. BitConverter.GetBytes(Datagram.TagOf(Lane)).Reverse(), .. new byte[28]];
        using var closed = Gate(key);
        using var open = new DatagramGate(Lane, [], []);
        Assert.Equal(DatagramFault.Foreign, closed.Take(former, out _, out _));
        Assert.Equal(DatagramFault.None, open.Take(former, out var heartbeat, out _));
        Assert.Equal((DatagramKind.Heartbeat, true), (heartbeat.Kind, heartbeat.IsFormer));
    }

    [Fact]
    public void An_epoch_that_is_over_is_a_replay_also_for_a_gate_that_was_only_told_of_it()
    {
        var old = new Sealing(key, epoch: 4).Next();
        var present = new Sealing(key, epoch: 5);
        using var gate = Gate(key);
        Assert.Equal(DatagramFault.None, gate.Take(old, out _, out _));
        Assert.Equal(DatagramFault.None, gate.Take(present.Next(), out _, out _));
        Assert.Equal(DatagramFault.Replayed, gate.Take(new Sealing(key, epoch: 4).Next(skip: 9), out _, out _));
        Assert.Equal([new(key.IdFor(Lane), 5)], gate.Newest);

        using var restarted = new DatagramGate(Lane, [key], gate.Newest);
        Assert.Equal(DatagramFault.Replayed, restarted.Take(old, out _, out _));
        Assert.Equal(DatagramFault.None, restarted.Take(present.Next(), out _, out _));
    }

    [Fact]
    public void While_keys_overlap_both_pass_and_each_has_its_own_numbers()
    {
        var next = LaneKey.Generate();
        using var gate = new DatagramGate(Lane, [key, next], []);
        var (before, after) = (new Sealing(key, epoch: 9), new Sealing(next, epoch: 1));
        Assert.Equal(DatagramFault.None, gate.Take(before.Next(), out _, out _));
        Assert.Equal(DatagramFault.None, gate.Take(after.Next(), out _, out _));
        Assert.Equal(DatagramFault.None, gate.Take(before.Next(), out _, out _));
    }

    [Fact]
    public void A_forged_counter_far_ahead_does_not_shut_out_the_right_ones()
    {
        using var gate = Gate(key);
        var sealing = new Sealing(key, epoch: 1);
        Assert.Equal(DatagramFault.None, gate.Take(sealing.Next(), out _, out _));
        var forged = new Sealing(key, epoch: 1).Next(skip: 1 << 30);
        forged[^1] ^= 1;
        Assert.Equal(DatagramFault.Forged, gate.Take(forged, out _, out _));
        Assert.Equal(DatagramFault.None, gate.Take(sealing.Next(), out _, out _));
    }

    [Fact]
    public void What_does_not_come_is_missing()
    {
        using var gate = Gate(key);
        using var open = new DatagramGate(Lane, [], []);
        var (sealing, plain) = (new Sealing(key, epoch: 1), new Sealing(null, epoch: 1));
        for (var i = 0; i < 100; i++)
        {
            var (bytes, bare) = (sealing.Next(), plain.Next());
            if (i % 10 != 5)
            {
                gate.Take(bytes, out _, out _);
                open.Take(bare, out _, out _);
            }
        }

        Assert.Equal((10L, 10L), (gate.Missing, open.Missing));
    }

    [Fact]
    public void Each_counter_passes_once_in_whatever_order_within_reach() =>
        Gen.Int[0, 1 << 16].Array[1, 300].Sample(counters =>
        {
            var window = new ReplayWindow();
            var seen = new HashSet<int>();
            foreach (var counter in counters)
            {
                Assert.Equal(!seen.Add(counter), window.Contains((ulong)counter));
                if (!window.Contains((ulong)counter))
                {
                    window.Add((ulong)counter);
                }
            }

            Assert.Equal(counters.Max() - counters.Min() + 1 - seen.Count, window.Missing);
        });

    [Fact]
    public void However_counters_jump_none_passes_twice() =>
        Gen.ULong[0, 4 * ReplayWindow.Counters].Array[1, 200].Sample(counters =>
        {
            var window = new ReplayWindow();
            var added = new HashSet<ulong>();
            foreach (var counter in counters.SelectMany(c => new[] { c, c + ReplayWindow.Counters, c }))
            {
                if (!window.Contains(counter))
                {
                    Assert.True(added.Add(counter));
                    window.Add(counter);
                }
            }
        });

    [Fact]
    public void Both_ways_to_compute_a_tag_agree() =>
        Gen.Select(Gen.Byte.Array[LaneKey.Bytes], Gen.UInt, Gen.ULong, Gen.Byte.Array[1, 9000]).Sample((secret, epoch, counter, bytes) =>
        {
            using var fast = new DatagramCode(secret);
            using var plain = new DatagramCode(secret, plain: true);
            var (one, other) = (new byte[16], new byte[16]);
            fast.Compute(epoch, counter, bytes, one);
            plain.Compute(epoch, counter, bytes, other);
            Assert.Equal(one, other);
        }, iter: 200);

    [Fact]
    public void Sequences_give_no_number_twice_from_any_thread()
    {
        var sequence = new LaneSequence(3);
        var firsts = new ulong[4][];
        Parallel.For(0, firsts.Length, i => firsts[i] = [.. Enumerable.Range(1, 500).Select(n => sequence.Take(n % 7 + 1))]);
        var taken = firsts.SelectMany(f => f.SelectMany((first, n) => Enumerable.Range(0, (n + 1) % 7 + 1).Select(k => first + (ulong)k))).ToList();
        Assert.Equal(taken.Count, taken.Distinct().Count());
        Assert.Equal((ulong)taken.Count - 1, taken.Max());
    }

    private static DatagramGate Gate(LaneKey key) => new(Lane, [key], []);

    private sealed class Sealing(LaneKey? key, uint epoch, string lane = Lane)
    {
        private readonly LaneSequence sequence = new(epoch);

        public byte[] Next(int skip = 0)
        {
            if (skip > 0)
            {
                sequence.Take(skip);
            }

            using var sealer = new DatagramSealer(lane, key, sequence);
            var bytes = new byte[Datagram.HeaderBytes + SymbolBytes + sealer.TagBytes];
            Datagram.Of(DatagramKind.Data, Datagram.TagOf(lane), 7, Geometry, 1000, 1, 2).Write(bytes);
            Random.Shared.NextBytes(bytes.AsSpan(Datagram.HeaderBytes, SymbolBytes));
            sealer.Seal(bytes, sequence.Take(1));
            return bytes;
        }
    }
}
