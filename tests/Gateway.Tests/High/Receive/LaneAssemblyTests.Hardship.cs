using System.Threading.Channels;
using Gateway.Core.Wire;
using Gateway.High.Receive;
using Gateway.Tests.Core.Wire;
using Xunit;

namespace Gateway.Tests.High.Receive;

/// <summary>What a lane meets beside good datagrams in good order: forgery, replay, reordering, passes, little memory and a slow disk.</summary>
public sealed partial class LaneAssemblyTests
{
    [Fact]
    public async Task Forged_replayed_foreign_and_bare_datagrams_are_counted_by_kind_and_change_nothing()
    {
        var key = LaneKey.Generate();
        Authenticate(key);
        var session = WireSession.Of(20_000, Small);
        var genuine = await session.DatagramsAsync(key: key);
        var other = await session.DatagramsAsync(key: LaneKey.Generate());
        var bare = await session.DatagramsAsync();
        var forged = genuine.Select(d =>
        {
            var changed = (byte[])d.Clone();
            changed[^1] ^= 1;
            return changed;
        }).ToList();

        Take(forged.Concat(other).Concat(bare).Append([1]));
        Assert.Equal(0, received.Opened);
        Take(genuine);
        Take(genuine);

        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Assert.Equal(
            (1L, other.Count + bare.Count, forged.Count, genuine.Count),
            (Faults(DatagramFault.Malformed), Faults(DatagramFault.Foreign), Faults(DatagramFault.Forged), Faults(DatagramFault.Replayed)));
        Assert.Equal(key.IdFor("lane-1"), counters.KeyId);
        Assert.Equal(1, received.Opened);
        await assembly.StopAsync();
        Assert.True(received.Equals(WireSession.TransferId, session.Artifact));
    }

    [Fact]
    public async Task While_keys_change_datagrams_under_either_are_taken()
    {
        const string other = "0190a0b0c0d0e0f0010203040506070a";
        var (old, next) = (LaneKey.Generate(), LaneKey.Generate());
        Authenticate(old, next);
        Take(await WireSession.Of(5000, Small).DatagramsAsync(key: old, epoch: 7));
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Take(await WireSession.Of(5000, Small, session: 2, other).DatagramsAsync(key: next));
        Assert.Equal(0, (await received.OutcomeOfAsync(other, deadline.Token)).Blocks.Missing);
    }

    [Fact]
    public async Task The_newest_epoch_is_recorded_until_it_succeeds_and_an_older_one_stays_a_replay_after_a_restart()
    {
        var key = LaneKey.Generate();
        var recorded = Channel.CreateBounded<LaneEpoch>(10);
        var fails = true;
        options = options with
        {
            RecordEpoch = async (epoch, token) =>
            {
                await recorded.Writer.WriteAsync(epoch, token);
                if (fails)
                {
                    throw new IOException("The catalog cannot be written.");
                }
            },
        };
        Authenticate(key);
        var session = WireSession.Of(5000, Small);
        Take(await session.DatagramsAsync(key: key, epoch: 5));
        assembly.Tick();
        var epoch = await recorded.Reader.ReadAsync(deadline.Token);
        Assert.Equal(new(key.IdFor("lane-1"), 5), epoch);
        fails = false;
        while (!recorded.Reader.TryRead(out epoch))
        {
            await Task.Yield();
            deadline.Token.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromSeconds(1));
            assembly.Tick();
        }

        Assert.Equal(5u, epoch.Epoch);
        await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
        await assembly.StopAsync();
        assembly.Dispose();

        options = options with { Epochs = [epoch] };
        assembly = Assembly();
        var late = await WireSession.Of(5000, Small, session: 2).DatagramsAsync(key: key, epoch: 4);
        var opened = received.Opened;
        Take(late);
        Assert.Equal(late.Count, Faults(DatagramFault.Replayed));
        Assert.Equal(opened, received.Opened);
    }

    [Fact]
    public async Task Sequence_numbers_that_jump_are_losses_and_nothing_else()
    {
        var key = LaneKey.Generate();
        Authenticate(key);
        var sequence = new LaneSequence(1);
        var first = await WireSession.Of(5000, Small).DatagramsAsync(key: key);
        Take(first);
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Assert.Equal(0, assembly.MissingDatagrams);

        using var sealer = new DatagramSealer("lane-1", key, sequence);
        sequence.Take(int.MaxValue);
        Take([SessionEncoder.Heartbeat("lane-1", 1, sealer)]);
        Assert.Equal(int.MaxValue - (long)first.Count, assembly.MissingDatagrams);
        Assert.NotNull(counters.Heartbeat);
    }

    [Fact]
    public async Task Reordering_across_a_whole_group_loses_nothing()
    {
        var session = WireSession.Of(Small.PayloadBytes * Small.Interleave * 10, Small);
        var datagrams = await session.DatagramsAsync();
        var headers = datagrams.TakeWhile(d => d[4] == (byte)DatagramKind.Header).Count();
        Take(datagrams[..headers]);
        var random = new Random(4);
        foreach (var group in datagrams[headers..].Chunk(Small.Interleave * (Small.DataSymbols + Small.ParitySymbols)))
        {
            random.Shuffle(group);
            Take(group);
        }

        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Assert.Equal(0, counters.Lost);
    }

    [Fact]
    public async Task A_second_pass_brings_what_the_first_lost_and_its_surplus_is_not_a_loss()
    {
        var session = WireSession.Of(Small.PayloadBytes * 40, Small);
        var data = (await session.DatagramsAsync()).Where(d => d[4] == (byte)DatagramKind.Data).ToList();
        Take(await HeaderAsync(session));
        Take(data.Where(d => !IsDataOf(d, block: 3) && !IsDataOf(d, block: 17)));
        var dropped = counters.Dropped;
        Take(data);

        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Assert.Equal(dropped, counters.Dropped);
        await assembly.StopAsync();
        Assert.Equal(0, counters.Lost);
        Assert.True(received.Equals(WireSession.TransferId, session.Artifact));
    }

    [Fact]
    public async Task Sessions_that_take_turns_by_groups_all_arrive()
    {
        const int count = 6;
        var sessions = Enumerable.Range(1, count)
            .Select(n => WireSession.Of(Small.PayloadBytes * 30, Small, (ulong)n, transferId: $"{n:x32}")).ToList();
        var turns = await Task.WhenAll(sessions.Select(async s => (await s.DatagramsAsync()).Chunk(Small.Interleave * 12).ToList()));
        for (var turn = 0; turn < turns.Max(t => t.Count); turn++)
        {
            foreach (var session in turns.Where(t => turn < t.Count))
            {
                Take(session[turn]);
            }
        }

        for (var i = 0; i < count; i++)
        {
            Assert.Equal(0, (await received.AnyOutcomeAsync(deadline.Token)).Blocks.Missing);
        }

        await assembly.StopAsync();
        Assert.All(sessions, s => Assert.True(received.Equals(s.Header.Content.TransferId, s.Artifact)));
        Assert.Equal(0, counters.Lost);
    }

    [Fact]
    public async Task A_number_that_begins_again_with_other_content_mixes_nothing_into_the_open_session()
    {
        const string other = "0190a0b0c0d0e0f0010203040506070a";
        var session = WireSession.Of(Small.PayloadBytes * 10, Small);
        var impostor = WireSession.Of(Small.PayloadBytes * 10, Small, transferId: other);
        var (mine, its) = (await session.DatagramsAsync(), await impostor.DatagramsAsync());
        impostor.Artifact.AsSpan().Reverse();
        its = await impostor.DatagramsAsync();
        Take(mine[..(mine.Count / 2)]);
        Take(its);
        Take(mine[(mine.Count / 2)..]);
        clock.Advance(options.EndGrace);
        assembly.Tick();
        var outcome = await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);

        Assert.Equal(1, received.Opened);
        Assert.InRange(counters.Lost, 0, 10);
        Assert.Equal(outcome.Blocks.Missing, counters.Lost);
    }

    [Fact]
    public async Task Packed_blocks_arrive_as_they_were()
    {
        var session = WireSession.Packable(10, WireSession.Geometry(32, 4, 1024, 4));
        Take(await HeaderAsync(session));
        using var sealer = new DatagramSealer("lane-1", null, new LaneSequence(9));
        Take(session.PackedDatagrams().Where(d => d.Datagram.Symbol > 2).Select(d =>
        {
            var bytes = new byte[Datagram.HeaderBytes + d.Symbol.Length];
            d.Datagram.Write(bytes);
            d.Symbol.CopyTo(bytes, Datagram.HeaderBytes);
            sealer.Seal(bytes, sealer.Sequence.Take(1));
            return bytes;
        }));

        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        await assembly.StopAsync();
        Assert.True(received.Equals(WireSession.TransferId, session.Artifact));
        Assert.Equal(10, counters.ParityNeeded()[3]);
    }

    [Fact]
    public async Task A_disk_that_stalls_costs_whole_blocks_which_are_counted_and_said_and_no_others()
    {
        var logger = new RememberedLog();
        options = options with { Memory = options.Memory with { BlockBytes = 12 * BlockMemory.CostOf(Small.BlockBytes) } };
        assembly = Assembly(logger);
        var session = WireSession.Of(Small.PayloadBytes * 100, Small);
        var datagrams = await session.DatagramsAsync();
        Take(await HeaderAsync(session));
        var stall = new TaskCompletionSource();
        await received.StallAsync(WireSession.TransferId, stall.Task, deadline.Token);
        Take(datagrams);
        clock.Advance(TimeSpan.FromSeconds(1));
        assembly.Tick();
        Assert.InRange(counters.CrowdedOut, 80, 100);
        Assert.True(assembly.WaitsForDisk);
        stall.SetResult();

        clock.Advance(options.EndGrace);
        assembly.Tick();
        var outcome = await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
        await assembly.StopAsync();
        Assert.InRange(outcome.Blocks.Written, 4, 12);
        Assert.Equal(outcome.Blocks.Missing, counters.Lost);
        Assert.Single(logger.Lines, line => line.Contains("for want of memory", StringComparison.Ordinal));
        Assert.True(received.HoldsWrittenBlocks(WireSession.TransferId, session.Artifact, outcome.Blocks));
    }

    [Fact]
    public async Task A_geometry_whose_groups_do_not_fit_the_memory_is_not_opened_and_the_log_says_what_to_raise()
    {
        var logger = new RememberedLog();
        options = options with { Memory = options.Memory with { BlockBytes = 3 * BlockMemory.CostOf(Small.BlockBytes) } };
        assembly = Assembly(logger);
        Take(await WireSession.Of(Small.PayloadBytes * 4, Small).DatagramsAsync());
        Assert.Equal(0, received.Opened);
        Assert.Contains(logger.Lines, line => line.Contains("raise memoryBytes", StringComparison.Ordinal));

        Take(await HeaderAsync(WireSession.Of(Small.PayloadBytes * 2, Small, session: 2, documentBytes: 30)));
        while (received.Opened == 0)
        {
            await Task.Yield();
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task Lines_about_headers_that_anyone_can_send_come_at_most_once_in_a_while()
    {
        var logger = new RememberedLog();
        assembly = Assembly(logger);
        for (var number = 1UL; number <= 50; number++)
        {
            Take((await HeaderAsync(WireSession.Of(1, Small, number))).Select(d =>
            {
                var changed = (byte[])d.Clone();
                changed[15]++;
                return changed;
            }));
        }

        Assert.Single(logger.Lines, line => line.Contains("invalid header", StringComparison.Ordinal));
        clock.Advance(LaneLog.Interval);
        Take((await HeaderAsync(WireSession.Of(1, Small, 99))).Select(d =>
        {
            var changed = (byte[])d.Clone();
            changed[15]++;
            return changed;
        }));
        Assert.Contains(logger.Lines, line => line.Contains("49 more", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_datagram_costs_no_allocation_beyond_the_memory_of_its_block()
    {
        received.Judging = new TaskCompletionSource().Task;
        var key = LaneKey.Generate();
        Authenticate(key);
        var datagrams = await WireSession.Of(Small.PayloadBytes * 100, Small).DatagramsAsync(key: key);
        Take(datagrams[..600]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 600; i < 1100; i++)
        {
            assembly.Take(datagrams[i], datagrams[i].Length);
        }

        // Nothing is written meanwhile, so that every block needs memory of its own.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (500 / 12 + 2) * BlockMemory.CostOf(Small.BlockBytes));
        await deadline.CancelAsync();
    }
}
