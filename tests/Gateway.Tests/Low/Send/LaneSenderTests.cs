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

    private static SessionContent Content(long totalBytes) =>
        new("0190a0b0c0d0e0f00102030405060708", totalBytes, "release"u8.ToArray(), "manifest"u8.ToArray(), "inspection"u8.ToArray());

    private static OutboundSession Session(int totalBytes) => new() { Content = Content(totalBytes), Read = ByteSource.Of(new byte[totalBytes]) };

    private static LaneSender Sender(IPEndPoint target, ulong lastSession)
    {
        var session = lastSession;
        var options = new LaneSenderOptions { Lane = "lane-1", Targets = [target], RateBitsPerSecond = 1_000_000_000, LastSession = lastSession, Heartbeat = TimeSpan.FromMilliseconds(50) };
        return new(options, new(1), (_, _) => ValueTask.FromResult(++session), TimeProvider.System, NullLogger<LaneSender>.Instance);
    }

    private Datagram Receive()
    {
        var buffer = new byte[1 << 16];
        var length = wire.Receive(buffer);
        Assert.True(Datagram.TryRead(buffer.AsSpan(0, length), out var datagram));
        return datagram;
    }
}
