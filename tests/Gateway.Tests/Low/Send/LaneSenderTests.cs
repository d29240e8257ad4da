using System.Net;
using System.Net.Sockets;
using Gateway.Core.Wire;
using Gateway.Low.Send;
using Gateway.Tests.Core.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gateway.Tests.Low.Send;

public sealed class LaneSenderTests : IDisposable
{
    private readonly Socket wire = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000, ReceiveBufferSize = 4 << 20 };
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    public LaneSenderTests() => wire.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose()
    {
        wire.Dispose();
        deadline.Dispose();
    }

    [Fact]
    public async Task A_heartbeat_tells_the_newest_session_of_an_earlier_run()
    {
        await using var sender = Sender((IPEndPoint)wire.LocalEndPoint!, lastSession: 41);
        sender.Start();

        var heartbeat = Receive();
        Assert.Equal((DatagramKind.Heartbeat, 41UL), (heartbeat.Kind, heartbeat.Session));
        Assert.Equal(41UL, sender.Status.LastSession);
    }

    [Fact]
    public async Task A_session_begins_with_its_header_and_closes_with_end_marks()
    {
        await using var sender = Sender((IPEndPoint)wire.LocalEndPoint!, lastSession: 41);
        Assert.Equal(42UL, await sender.SendAsync(Session(1000), deadline.Token));

        var first = Receive();
        Assert.Equal((DatagramKind.Header, 42UL, 0), (first.Kind, first.Session, first.Symbol));
        var kinds = new List<DatagramKind> { first.Kind };
        while (kinds.Count < sender.Status.Datagrams)
        {
            kinds.Add(Receive().Kind);
        }

        Assert.Contains(DatagramKind.Data, kinds);
        Assert.All(kinds[^5..], kind => Assert.Equal(DatagramKind.End, kind));
    }

    [Fact]
    public async Task The_heartbeat_of_an_idle_lane_repeats_the_end_mark()
    {
        await using var sender = Sender((IPEndPoint)wire.LocalEndPoint!, lastSession: 0);
        sender.Start();
        await sender.SendAsync(Session(0), deadline.Token);

        var marks = 0;
        while (marks < 7)
        {
            marks += Receive() is { Kind: DatagramKind.End, Session: 1 } ? 1 : 0;
        }
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_a_lane_like_any_other()
    {
        IPEndPoint nobody;
        using (var gone = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            gone.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            nobody = (IPEndPoint)gone.LocalEndPoint!;
        }

        await using var sender = Sender(nobody, lastSession: 0);
        var sent = 0L;
        Assert.Equal(1UL, await sender.SendAsync(Session(3_000_000) with { Progress = bytes => sent = bytes }, deadline.Token));
        Assert.Equal(3_000_000, sent);
    }

    [Fact]
    public async Task A_failing_read_is_thrown_after_the_end_mark_and_the_next_session_goes_on()
    {
        await using var sender = Sender((IPEndPoint)wire.LocalEndPoint!, lastSession: 0);
        await Assert.ThrowsAsync<IOException>(() => sender.SendAsync(Session(1000) with { Read = (_, _, _) => throw new IOException("gone") }, deadline.Token));

        var kinds = new List<DatagramKind>();
        while (kinds.Count < sender.Status.Datagrams)
        {
            kinds.Add(Receive().Kind);
        }

        Assert.Equal(DatagramKind.End, kinds[^1]);
        Assert.DoesNotContain(DatagramKind.Data, kinds);
        Assert.Equal(2UL, await sender.SendAsync(Session(1000), deadline.Token));
    }

    [Fact]
    public async Task Cancelling_stops_a_session_at_once_and_says_that_it_ended()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        await using var sender = Sender((IPEndPoint)wire.LocalEndPoint!, lastSession: 0);
        var reading = new TaskCompletionSource();
        var sending = sender.SendAsync(
            Session(1000) with
            {
                Read = async (_, _, token) =>
                {
                    reading.TrySetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                },
            },
            cancel.Token);
        await reading.Task.WaitAsync(deadline.Token);
        Assert.Equal(1UL, Assert.Single(sender.Status.ActiveSessions).Session);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Empty(sender.Status.ActiveSessions);
        while (Receive() is not { Kind: DatagramKind.End, Session: 1 })
        {
        }
    }

    [Fact]
    public async Task An_urgent_session_passes_one_that_is_crossing_and_its_pause_holds_up_nobody()
    {
        var small = WireSession.Geometry(32, 4, 1000, 8);
        await using var sender = Sender((IPEndPoint)wire.LocalEndPoint!, lastSession: 0, options => options with { Geometry = small, RateBitsPerSecond = 100_000_000 });
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var dataset = sender.SendAsync(Session(500_000_000), enough.Token);
        while (Receive() is not { Kind: DatagramKind.Data, Session: 1 })
        {
        }

        var checkpoint = sender.SendAsync(Session(3_000_000) with { Priority = 100 }, deadline.Token);
        var (inPause, beside, own) = (0, 0, 0);
        for (var datagram = Receive(); datagram is not { Kind: DatagramKind.End, Session: 2 }; datagram = Receive())
        {
            inPause += datagram is { Kind: DatagramKind.Data, Session: 1 } && own == 0 ? 1 : 0;
            beside += datagram is { Kind: DatagramKind.Data, Session: 1 } && own > 0 ? 1 : 0;
            own += datagram is { Kind: DatagramKind.Data, Session: 2 } ? 1 : 0;
        }

        // 3 MB are 3,400 datagrams; beside them go the groups that were filled already, the thirty-third part, and what leaves before the end mark.
        Assert.True(inPause > 300, $"{inPause} datagrams of the dataset left while the checkpoint's header was being read");
        Assert.InRange(own, 1500, 4500);
        Assert.InRange(beside, 0, own / 2);
        await checkpoint;
        Assert.Equal([1UL], sender.Status.ActiveSessions.Select(session => session.Session));
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dataset);
    }

    [Fact]
    public async Task Several_flows_share_a_session_and_what_they_send_together_is_all_of_it()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000, ReceiveBufferSize = 4 << 20 };
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var small = WireSession.Geometry(16, 4, 1000, 4);
        await using var sender = Sender(
            (IPEndPoint)wire.LocalEndPoint!, 0, options => options with { Geometry = small, Targets = [.. options.Targets, (IPEndPoint)other.LocalEndPoint!], RateBitsPerSecond = 200_000_000 });
        var progress = new List<long>();
        var sending = sender.SendAsync(Session(2_000_000) with { Progress = progress.Add }, deadline.Token);

        var flows = await Task.WhenAll(Task.Run(() => BlocksUntilEnd(wire)), Task.Run(() => BlocksUntilEnd(other)));
        await sending;

        Assert.All(flows, flow => Assert.NotEmpty(flow));
        Assert.Equal(Enumerable.Range(0, (int)small.BlocksOf(2_000_000)).Select(block => (long)block), flows.SelectMany(flow => flow).Distinct().Order());
        Assert.Equal(progress.Order(), progress);
        Assert.Equal(2_000_000, progress[^1]);
    }

    [Fact]
    public async Task Only_the_blocks_asked_for_cross_and_a_session_that_was_cut_off_goes_on_where_it_was()
    {
        var small = WireSession.Geometry(16, 4, 1000, 4);
        await using var sender = Sender((IPEndPoint)wire.LocalEndPoint!, 0, options => options with { Geometry = small, RateBitsPerSecond = 200_000_000 });
        var some = sender.SendAsync(Session(1_000_000) with { Only = BlockRanges.Of([new(3, 1), new(20, 2), new(60, 1)]) }, deadline.Token);
        Assert.Equal([3, 20, 21, 60], BlocksUntilEnd(wire).Order());
        await some;

        var rest = sender.SendAsync(Session(1_000_000) with { FirstBlock = 50 }, deadline.Token);
        Assert.Equal(Enumerable.Range(50, (int)small.BlocksOf(1_000_000) - 50).Select(block => (long)block), BlocksUntilEnd(wire, session: 2).Order());
        await rest;
    }

    [Fact]
    public async Task A_lane_of_several_passes_sends_everything_as_often_under_numbers_that_never_repeat()
    {
        var key = LaneKey.Generate();
        using var gate = new DatagramGate("lane-1", [key], []);
        var small = WireSession.Geometry(16, 4, 1000, 4);
        await using var sender = Sender(
            (IPEndPoint)wire.LocalEndPoint!, 0, options => options with { Geometry = small, Passes = 3, Key = key, RateBitsPerSecond = 20_000_000 });
        var sending = sender.SendAsync(Session(200_000), deadline.Token);

        var seen = new Dictionary<(long, int), int>();
        var buffer = new byte[1 << 16];
        while (true)
        {
            var length = wire.Receive(buffer);
            Assert.Equal(DatagramFault.None, gate.Take(buffer.AsSpan(0, length), out var datagram, out _));
            if (datagram.Kind == DatagramKind.End)
            {
                break;
            }

            if (datagram.Kind == DatagramKind.Data)
            {
                seen[(datagram.Block, datagram.Symbol)] = seen.GetValueOrDefault((datagram.Block, datagram.Symbol)) + 1;
            }
        }

        await sending;
        var whole = seen.Where(symbol => symbol.Key.Item1 < small.BlocksOf(200_000) / 4 * 4).ToList();
        Assert.Equal(small.BlocksOf(200_000) / 4 * 4 * 20, whole.Count);
        Assert.All(whole, symbol => Assert.Equal(3, symbol.Value));
    }

    [Fact]
    public async Task The_status_says_what_was_sent_over_the_last_seconds()
    {
        var rate = new LaneRate();
        for (var second = 0; second < 8; second++)
        {
            rate.Add(1000, 1000 - LanePacer.FramingBytes, TimeSpan.FromSeconds(second + 0.5));
        }

        Assert.Equal(8_000_000, rate.BitsPerSecond(TimeSpan.FromSeconds(8)));
        Assert.Equal(4_800_000, rate.BitsPerSecond(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, rate.BitsPerSecond(TimeSpan.FromSeconds(100)));
        await using var sender = Sender((IPEndPoint)wire.LocalEndPoint!, lastSession: 0);
        Assert.Equal((0L, 1.0, false), (sender.Status.SentBitsPerSecond, sender.Status.PackingRatio, sender.Status.IsPacking));
    }

    [Fact]
    public async Task A_file_is_read_to_where_its_symbols_lie_and_its_end_is_no_zeros()
    {
        using var directory = new TemporaryDirectory();
        var bytes = new byte[10_000];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(directory["artifact"], bytes);
        using var file = new SourceFile(directory["artifact"]);
        var into = new byte[9 * 150 + 70];
        await file.ReadAsync(123, new(into, stride: 150, partBytes: 100), deadline.Token);
        for (var part = 0; part < 10; part++)
        {
            var length = part < 9 ? 100 : 70;
            Assert.Equal(bytes.AsSpan(123 + part * 100, length), into.AsSpan(part * 150, length));
            Assert.All(into.Skip(part * 150 + length).Take(150 - length), gap => Assert.Equal(0, gap));
        }

        await Assert.ThrowsAsync<EndOfStreamException>(async () => await file.ReadAsync(9_999, new(into, 150, 100), deadline.Token));
    }

    private static SessionContent Content(long totalBytes) =>
        new("0190a0b0c0d0e0f00102030405060708", totalBytes, "release"u8.ToArray(), "manifest"u8.ToArray(), "inspection"u8.ToArray());

    private static OutboundSession Session(int totalBytes) => new()
    {
        Content = Content(totalBytes),
        Read = (_, into, _) =>
        {
            into.Memory.Span.Clear();
            return ValueTask.CompletedTask;
        },
    };

    private static LaneSender Sender(IPEndPoint target, ulong lastSession, Func<LaneSenderOptions, LaneSenderOptions>? change = null)
    {
        var session = lastSession;
        var options = new LaneSenderOptions
        {
            Lane = "lane-1", Targets = [target], RateBitsPerSecond = 1_000_000_000, LastSession = lastSession, Heartbeat = TimeSpan.FromMilliseconds(50),
        };
        return new(change?.Invoke(options) ?? options, new(1), (_, _) => ValueTask.FromResult(++session), TimeProvider.System, NullLogger<LaneSender>.Instance);
    }

    private static HashSet<long> BlocksUntilEnd(Socket socket, ulong session = 1)
    {
        var blocks = new HashSet<long>();
        for (var datagram = Receive(socket); datagram.Kind != DatagramKind.End || datagram.Session != session; datagram = Receive(socket))
        {
            if (datagram.Kind == DatagramKind.Data && datagram.Session == session)
            {
                blocks.Add(datagram.Block);
            }
        }

        return blocks;
    }

    private static Datagram Receive(Socket socket)
    {
        var buffer = new byte[1 << 16];
        var length = socket.Receive(buffer);
        Assert.True(Datagram.TryRead(buffer.AsSpan(0, length), out var datagram));
        return datagram;
    }

    private Datagram Receive() => Receive(wire);
}
