using System.Net;
using Gateway.Core.Wire;
using Gateway.High.Receive;
using Gateway.Tests.Core.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.High.Receive;

/// <summary>The lane's decisions, datagram by datagram, with a clock that the test moves.</summary>
public sealed partial class LaneAssemblyTests : IAsyncLifetime
{
    private static readonly FecGeometry Small = WireSession.Geometry(8, 4, 64, 4);

    private readonly ReceivedArtifacts received = new();
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly FakeTimeProvider clock = new();
    private readonly LaneCounters counters = new();
    private LaneReceiverOptions options = new() { Lane = "lane-1", Listen = [new(IPAddress.Loopback, 0)] };
    private LaneAssembly assembly;

    public LaneAssemblyTests() => assembly = Assembly();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await assembly.StopAsync();
        assembly.Dispose();
        received.Dispose();
        deadline.Dispose();
    }

    [Fact]
    public async Task Data_before_a_header_is_dropped_and_counted()
    {
        var session = WireSession.Of(5000, Small);
        var data = (await session.DatagramsAsync()).Where(d => d[4] == (byte)DatagramKind.Data).ToList();

        Take(data);

        Assert.Equal(data.Count, counters.Dropped);
        Assert.Equal(0, received.Opened);
        Assert.Empty(received.Files);
    }

    [Fact]
    public async Task A_session_whose_end_mark_came_ends_after_a_short_silence_and_says_what_is_missing()
    {
        var session = WireSession.Of(Small.PayloadBytes * 10, Small);
        Take((await session.DatagramsAsync()).Where(d => !IsDataOf(d, block: 3)));
        clock.Advance(options.EndGrace);
        assembly.Tick();

        var outcome = await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
        Assert.True(outcome.SessionEnded);
        Assert.Equal(1, outcome.Blocks.Missing);
        Assert.False(outcome.Blocks.Has(3));
        await assembly.StopAsync();
        Assert.Equal(1, counters.Lost);
    }

    [Fact]
    public async Task An_end_mark_in_the_middle_ends_nothing_while_symbols_come()
    {
        var session = WireSession.Of(Small.PayloadBytes * 10, Small);
        var datagrams = await session.DatagramsAsync();
        var end = datagrams[^1];
        foreach (var datagram in datagrams)
        {
            Take([datagram, end]);
            clock.Advance(options.EndGrace / 2);
            assembly.Tick();
        }

        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
    }

    [Fact]
    public async Task A_sender_that_stops_ends_its_session_after_the_idle_time()
    {
        var session = WireSession.Of(Small.PayloadBytes * 10, Small);
        var datagrams = await session.DatagramsAsync();
        Take(datagrams[..(datagrams.Count / 2)]);
        clock.Advance(options.IdleTimeout);
        assembly.Tick();

        var outcome = await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
        Assert.InRange(outcome.Blocks.Missing, 1, 9);
    }

    [Fact]
    public async Task Two_sessions_whose_datagrams_mix_both_arrive()
    {
        const string other = "0190a0b0c0d0e0f0010203040506070a";
        var first = WireSession.Of(20_000, Small, session: 1);
        var second = WireSession.Of(30_000, Small, session: 2, other);
        var (a, b) = (await first.DatagramsAsync(), await second.DatagramsAsync());
        for (var i = 0; i < Math.Max(a.Count, b.Count); i++)
        {
            Take(a.Skip(i).Take(1).Concat(b.Skip(i).Take(1)));
        }

        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        await assembly.StopAsync();
        Assert.True(received.Equals(WireSession.TransferId, first.Artifact));
        Assert.True(received.Equals(other, second.Artifact));
    }

    [Fact]
    public async Task A_header_that_says_another_geometry_than_its_datagrams_is_not_opened_and_the_right_one_still_is()
    {
        var session = WireSession.Of(5000, Small);
        var datagrams = await session.DatagramsAsync();
        Take(datagrams.Where(d => d[4] == (byte)DatagramKind.Header).Select(d =>
        {
            var changed = (byte[])d.Clone();
            changed[15]++;
            return changed;
        }));
        Assert.Equal(0, received.Opened);

        Take(datagrams);
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
    }

    [Fact]
    public async Task A_refused_session_is_opened_once_and_writes_nothing()
    {
        received.Refuse = true;
        var datagrams = await WireSession.Of(5000, Small).DatagramsAsync(headerRepeats: 3);
        Take(datagrams);
        await assembly.StopAsync();
        Take(datagrams);

        Assert.Equal(1, received.Opened);
        Assert.Empty(received.Files);
        Assert.Equal(0, counters.Lost);
    }

    [Fact]
    public async Task A_refused_header_does_not_spend_its_number()
    {
        const string honest = "0190a0b0c0d0e0f0010203040506070a";
        received.Refuse = true;
        Take(await WireSession.Of(5000, Small).DatagramsAsync());
        await assembly.StopAsync();
        received.Refuse = false;

        var session = WireSession.Of(5000, Small, transferId: honest);
        Take(await session.DatagramsAsync());

        Assert.Equal(0, (await received.OutcomeOfAsync(honest, deadline.Token)).Blocks.Missing);
        await assembly.StopAsync();
        Assert.True(received.Equals(honest, session.Artifact));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_closes_the_gaps_of_the_earlier_ones_that_it_names_once_its_header_is_believed(bool refused)
    {
        const string other = "0190a0b0c0d0e0f0010203040506070a";
        Take(await WireSession.Of(5000, Small, session: 1, other).DatagramsAsync());
        Assert.Equal(0, (await received.OutcomeOfAsync(other, deadline.Token)).Blocks.Missing);
        received.Refuse = refused;
        var session = WireSession.Of(5000, Small, session: 5);
        Take(await (session with { Header = session.Header with { Earlier = [new(2, 2), new(4, 4)] } }).DatagramsAsync());
        await assembly.StopAsync();

        Assert.Equal((5UL, refused ? "2 3 4" : "3"), (assembly.Gaps().Newest, string.Join(' ', assembly.Gaps().Missing)));
    }

    [Fact]
    public async Task Sessions_that_still_end_count_like_open_ones()
    {
        var judging = new TaskCompletionSource();
        received.Judging = judging.Task;
        for (var number = 1UL; number <= 20; number++)
        {
            Take(await HeaderAsync(WireSession.Of(5000, Small, number, transferId: $"{number:x32}")));
            clock.Advance(options.IdleTimeout);
            assembly.Tick();
        }

        judging.SetResult();
        await assembly.StopAsync();
        Assert.Equal(options.MaximumSessions, received.Opened);
    }

    [Fact]
    public async Task A_session_that_ends_while_it_waits_for_an_older_one_is_never_opened()
    {
        var judging = new TaskCompletionSource();
        received.Judging = judging.Task;
        Take(await HeaderAsync(WireSession.Of(5000, Small, session: 1)));
        Take(await HeaderAsync(WireSession.Of(5000, Small, session: 2)));
        clock.Advance(options.IdleTimeout);
        assembly.Tick();

        while (assembly.HeldSessions > 1)
        {
            await Task.Yield();
            deadline.Token.ThrowIfCancellationRequested();
            assembly.Tick();
        }

        judging.SetResult();
        await assembly.StopAsync();
        Assert.Equal(1, received.Opened);
    }

    [Fact]
    public async Task Headers_beyond_the_memory_for_them_are_dropped_until_one_was_judged()
    {
        const string other = "0190a0b0c0d0e0f0010203040506070a";
        options = options with { Memory = options.Memory with { BlockBytes = 16_000 } };
        assembly = Assembly();
        var judging = new TaskCompletionSource();
        received.Judging = judging.Task;
        var second = await WireSession.Of(1000, Small, session: 2, other, documentBytes: 3000).DatagramsAsync();
        Take(await WireSession.Of(1000, Small, session: 1, documentBytes: 3000).DatagramsAsync());
        var dropped = counters.Dropped;
        Take(second);
        Assert.InRange(counters.Dropped - dropped, 1, second.Count);

        judging.SetResult();
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Assert.Equal(1, received.Opened);
        Take(second);
        Assert.Equal(0, (await received.OutcomeOfAsync(other, deadline.Token)).Blocks.Missing);
    }

    [Fact]
    public async Task Blocks_of_a_session_that_is_not_opened_do_not_wait_for_the_disk()
    {
        options = options with { Memory = options.Memory with { BlockBytes = 12 * Small.BlockBytes } };
        assembly = Assembly();
        received.Judging = new TaskCompletionSource().Task;
        Take(await WireSession.Of(Small.PayloadBytes * 10, Small).DatagramsAsync());

        Assert.False(assembly.WaitsForDisk);
        await deadline.CancelAsync();
    }

    [Fact]
    public async Task A_forged_number_does_not_hide_the_sessions_that_are_missing()
    {
        var forged = await WireSession.Of(0, Small, int.MaxValue).DatagramsAsync();
        Take([forged[0]]);
        Take(await WireSession.Of(5000, Small, session: 7).DatagramsAsync());
        await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
        Assert.Equal(7UL, assembly.Gaps().Newest);

        Take(await HeaderAsync(WireSession.Of(5000, Small, session: 9)));
        Assert.Equal([8UL], assembly.Gaps().Missing);
    }

    [Fact]
    public async Task Headers_that_never_become_whole_make_room_for_new_ones_and_not_for_open_sessions()
    {
        var session = WireSession.Of(20_000, Small, session: 1);
        var datagrams = await session.DatagramsAsync();
        var headers = datagrams.TakeWhile(d => d[4] == (byte)DatagramKind.Header).Count();
        Take(datagrams[..headers]);
        for (var number = 2UL; number < 1000; number++)
        {
            Take([(await WireSession.Of(1, Small, number).DatagramsAsync())[0]]);
        }

        Take(datagrams[headers..]);
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Assert.Equal(998, assembly.Gaps().Missing.Count);
    }

    [Fact]
    public async Task An_artifact_of_no_bytes_ends_as_soon_as_it_is_opened()
    {
        Take(await WireSession.Of(0, Small).DatagramsAsync());
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Blocks);
    }

    [Fact]
    public async Task A_sender_that_began_again_is_followed_to_its_new_session()
    {
        var datagrams = await WireSession.Of(Small.PayloadBytes * 10, Small, session: 1).DatagramsAsync();
        Take(datagrams[..(datagrams.Count / 2)]);
        clock.Advance(options.EndGrace);
        assembly.Tick();

        Take(await (WireSession.Of(Small.PayloadBytes * 10, Small, session: 1) with
        {
            Header = WireSession.Of(Small.PayloadBytes * 10, Small, session: 2).Header,
        }).DatagramsAsync());

        var outcome = await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
        while (outcome.Blocks.Missing > 0)
        {
            outcome = await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
        }

        await assembly.StopAsync();
        Assert.Equal(2, received.Opened);
        Assert.True(received.Equals(WireSession.TransferId, WireSession.Of(Small.PayloadBytes * 10, Small, session: 1).Artifact));
    }

    [Fact]
    public async Task Random_and_mutated_datagrams_open_nothing_and_write_nothing()
    {
        var random = new Random(5);
        var genuine = await WireSession.Of(20_000, Small, session: 3).DatagramsAsync(headerRepeats: 2);
        for (var i = 0; i < 100_000; i++)
        {
            Take([Noise(random, genuine)]);
        }

        assembly.Tick();
        Assert.Equal(0, received.Opened);
        Assert.Empty(received.Files);
    }

    /// <summary>A datagram of random bytes, of a random length, or a genuine one with a change in its symbol and perhaps its header.</summary>
    internal static byte[] Noise(Random random, List<byte[]> genuine)
    {
        if (random.Next(3) == 0)
        {
            var noise = new byte[random.Next(1600)];
            random.NextBytes(noise);
            return noise;
        }

        var mutated = (byte[])genuine[random.Next(genuine.Count)].Clone();
        mutated[^1] ^= (byte)random.Next(1, 256);
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
        }

        return random.Next(4) == 0 ? mutated[..random.Next(mutated.Length)] : mutated;
    }

    private static async Task<IEnumerable<byte[]>> HeaderAsync(WireSession session) =>
        (await session.DatagramsAsync()).Where(d => d[4] == (byte)DatagramKind.Header);

    private LaneAssembly Assembly(ILogger? logger = null) =>
        new(options, received.OpenAsync, counters, clock, logger ?? NullLogger.Instance, deadline.Token);

    private void Authenticate(params LaneKey[] keys)
    {
        options = options with { Keys = keys };
        assembly.Dispose();
        assembly = Assembly();
    }

    private long Faults(DatagramFault fault) => counters.Faults(fault);

    private static bool IsDataOf(byte[] bytes, long block) =>
        Datagram.TryRead(bytes, out var datagram) && datagram.Kind == DatagramKind.Data && datagram.Block == block;

    private void Take(IEnumerable<byte[]> datagrams)
    {
        foreach (var datagram in datagrams)
        {
            assembly.Take(datagram, datagram.Length);
        }
    }
}
