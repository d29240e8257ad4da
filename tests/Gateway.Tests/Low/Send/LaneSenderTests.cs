using System.Net;
using System.Net.Sockets;
using Gateway.Core.Wire;
using Gateway.Low.Send;
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
        Assert.Equal(42UL, await sender.SendAsync(Content(1000), Zeros, _ => { }, deadline.Token));

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
        await sender.SendAsync(Content(0), Zeros, _ => { }, deadline.Token);

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
        Assert.Equal(1UL, await sender.SendAsync(Content(3_000_000), Zeros, bytes => sent = bytes, deadline.Token));
        Assert.Equal(3_000_000, sent);
    }

    [Fact]
    public async Task A_failing_read_is_thrown_after_the_end_mark_and_the_next_session_goes_on()
    {
        await using var sender = Sender((IPEndPoint)wire.LocalEndPoint!, lastSession: 0);
        await Assert.ThrowsAsync<IOException>(() => sender.SendAsync(Content(1000), (_, _, _) => throw new IOException("gone"), _ => { }, deadline.Token));

        var kinds = new List<DatagramKind>();
        while (kinds.Count < sender.Status.Datagrams)
        {
            kinds.Add(Receive().Kind);
        }

        Assert.Equal(DatagramKind.End, kinds[^1]);
        Assert.DoesNotContain(DatagramKind.Data, kinds);
        Assert.Equal(2UL, await sender.SendAsync(Content(1000), Zeros, _ => { }, deadline.Token));
    }

    [Fact]
    public async Task Cancelling_stops_a_session_and_one_that_waits()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        await using var sender = Sender((IPEndPoint)wire.LocalEndPoint!, lastSession: 0);
        var reading = new TaskCompletionSource();
        var first = sender.SendAsync(Content(1000), async (_, _, token) =>
        {
            reading.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }, _ => { }, cancel.Token);
        await reading.Task.WaitAsync(deadline.Token);
        var second = sender.SendAsync(Content(1000), Zeros, _ => { }, cancel.Token);
        Assert.Equal(1, sender.Status.QueuedSessions);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal((0, 1UL), (sender.Status.QueuedSessions, sender.Status.LastSession));
    }

    private static SessionContent Content(long totalBytes) =>
        new("0190a0b0c0d0e0f00102030405060708", totalBytes, "release"u8.ToArray(), "manifest"u8.ToArray(), "inspection"u8.ToArray());

    private static ValueTask Zeros(long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        into.Span.Clear();
        return ValueTask.CompletedTask;
    }

    private static LaneSender Sender(IPEndPoint target, ulong lastSession)
    {
        var session = lastSession;
        var options = new LaneSenderOptions { Lane = "lane-1", Target = target, RateBitsPerSecond = 1_000_000_000, LastSession = lastSession, Heartbeat = TimeSpan.FromMilliseconds(50) };
        return new(options, _ => ValueTask.FromResult(++session), TimeProvider.System, NullLogger<LaneSender>.Instance);
    }

    private Datagram Receive()
    {
        var buffer = new byte[1 << 16];
        var length = wire.Receive(buffer);
        Assert.True(Datagram.TryRead(buffer.AsSpan(0, length), out var datagram));
        return datagram;
    }
}
