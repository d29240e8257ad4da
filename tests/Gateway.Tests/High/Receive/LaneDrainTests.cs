using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Gateway.High.Receive;
using Xunit;

namespace Gateway.Tests.High.Receive;

/// <summary>From a real socket into the ring.</summary>
public sealed class LaneDrainTests : IDisposable
{
    private const int SolUdp = 17;
    private const int Segment = 103;
    private const int RingBytes = 16 << 20;

    private readonly LaneCounters counters = new();
    private readonly Doorbell doorbell = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<Exception> failures = [];

    public void Dispose()
    {
        sender.Dispose();
        stopping.Dispose();
        doorbell.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Datagrams_that_the_kernel_joined_are_told_apart_again(bool several)
    {
        using var socket = Socket(4 << 20);
        var ring = new LaneRing(RingBytes, LaneDrain.WindowOf(RingBytes), doorbell);
        var running = Run(socket, ring, several);

        // What came before the socket stopped joining would stay joined, and nothing would say how.
        Assert.True(SpinWait.SpinUntil(() => several || !socket.IsJoining, TimeSpan.FromSeconds(20)));
        var random = new Random(1);
        var sent = new List<byte[]>();
        for (var burst = 0; burst < 100; burst++)
        {
            var segment = random.Next(100, 1400);
            var bytes = new byte[random.Next(1, 45) * segment - random.Next(segment - 1)];
            random.NextBytes(bytes);
            sent.AddRange(bytes.Chunk(segment));
            sender.SetRawSocketOption(SolUdp, Segment, BitConverter.GetBytes(segment));
            Assert.Equal(bytes.Length, sender.SendTo(bytes, socket.LocalEndPoint));
        }

        var got = Read(ring, sent.Count);
        Assert.Equal(several, socket.IsJoining);
        await StopAsync(running);
        Assert.Equal(sent.Count, got.Count);
        Assert.All(sent.Zip(got), pair => Assert.Equal(pair.First, pair.Second));
        Assert.Equal(0, counters.KernelDrops);
    }

    [Fact]
    public async Task Datagrams_are_whole_however_their_sizes_change_and_whether_they_come_joined_or_not()
    {
        using var socket = Socket(32 << 20);
        var ring = new LaneRing(RingBytes, LaneDrain.WindowOf(RingBytes), doorbell);
        var random = new Random(7);
        var sent = new List<byte[]>();
        for (var phase = 0; phase < 60; phase++)
        {
            // Long runs of one size make rooms narrow; what follows is longer, shorter, or joined, in the middle of a call.
            var size = random.Next(5) switch { 0 => random.Next(1, 64), 1 => 1472, 2 => 8972, 3 => random.Next(9_300, 65_507), _ => random.Next(1, 9_217) };
            var joined = size < 1400 && random.Next(2) == 0 ? random.Next(2, 40) : 1;
            sender.SetRawSocketOption(SolUdp, Segment, BitConverter.GetBytes(joined > 1 ? size : 0));
            for (var i = random.Next(1, size > 9_217 ? 4 : 70); i > 0; i--)
            {
                var bytes = new byte[size * joined];
                random.NextBytes(bytes);
                sent.AddRange(bytes.Chunk(size));
                Assert.Equal(bytes.Length, sender.SendTo(bytes, socket.LocalEndPoint));
            }
        }

        var running = Run(socket, ring, several: true);
        var got = Read(ring, sent.Count);
        await StopAsync(running);
        Assert.Equal(0, counters.KernelDrops);
        Assert.Equal(sent.Count, got.Count);
        Assert.All(sent.Zip(got), pair => Assert.Equal(pair.First, pair.Second));
    }

    [Fact]
    public async Task Short_datagrams_close_up_so_that_the_ring_holds_its_size_of_them()
    {
        using var socket = Socket(8 << 20);
        var ring = new LaneRing(RingBytes, LaneDrain.WindowOf(RingBytes), doorbell);
        for (var i = 0; i < 1000; i++)
        {
            sender.SendTo(new byte[1000 + i], socket.LocalEndPoint);
        }

        var running = Run(socket, ring, several: true);
        var (bytes, end) = (0, 0);
        for (var i = 0; i < 1000; i++)
        {
            var aggregate = Take(ring);
            Assert.Equal(1000 + i, aggregate.Length);
            (bytes, end) = (bytes + aggregate.Length, Math.Max(end, aggregate.Place + aggregate.Length));
            ring.Release(aggregate);
        }

        // Each longer than the one before is the worst that can come; still it is no room of 64 KiB for each.
        Assert.InRange(end, 1, 2 * bytes);
        await StopAsync(running);
    }

    [Fact]
    public async Task Datagrams_of_the_largest_size_and_of_none_are_whole()
    {
        using var socket = Socket(4 << 20);
        var ring = new LaneRing(RingBytes, LaneDrain.WindowOf(RingBytes), doorbell);
        var running = Run(socket, ring, several: true);
        int[] lengths = [65_507, 0, 1, 65_507, 2];
        foreach (var length in lengths)
        {
            sender.SendTo(new byte[length], socket.LocalEndPoint);
        }

        Assert.Equal(lengths, lengths.Select(_ =>
        {
            var aggregate = Take(ring);
            ring.Release(aggregate);
            return aggregate.Length;
        }).ToList());
        await StopAsync(running);
    }

    [Fact]
    public async Task What_the_kernel_drops_is_counted()
    {
        using var socket = Socket(64 << 10);
        var ring = new LaneRing(RingBytes, LaneDrain.WindowOf(RingBytes), doorbell);
        var count = 2000;
        for (var i = 0; i < count; i++)
        {
            sender.SendTo(new byte[1000], socket.LocalEndPoint);
        }

        // The count comes with the next datagram that there is room for.
        var running = Run(socket, ring, several: true);
        var got = 0;
        while (counters.KernelDrops == 0 || got + counters.KernelDrops < count)
        {
            if (ring.IsEmpty)
            {
                sender.SendTo(new byte[1000], socket.LocalEndPoint);
                count++;
            }

            ring.Release(Take(ring));
            got++;
        }

        await StopAsync(running);
        Assert.Equal(count, got + counters.KernelDrops);
        Assert.True(ring.IsEmpty);
    }

    [Fact]
    public async Task A_full_ring_leaves_datagrams_to_the_kernels_buffer()
    {
        const int small = 1 << 20;
        using var socket = Socket(8 << 20);
        var ring = new LaneRing(small, LaneDrain.WindowOf(small), doorbell);
        var running = Run(socket, ring, several: true);
        const int count = 2000;
        for (var i = 0; i < count; i++)
        {
            sender.SendTo(BitConverter.GetBytes(i).Concat(new byte[1396]).ToArray(), socket.LocalEndPoint);
        }

        var got = Read(ring, count);
        await StopAsync(running);
        Assert.Equal(Enumerable.Range(0, count), got.Select(d => BitConverter.ToInt32(d)));
        Assert.Equal(0, counters.KernelDrops);
    }

    private static LaneSocket Socket(int receiveBufferBytes) =>
        new(new(IPAddress.Loopback, 0), receiveBufferBytes, TimeSpan.FromMilliseconds(20));

    private Task Run(LaneSocket socket, LaneRing ring, bool several) => Task.Factory.StartNew(
        () =>
        {
            using var drain = new LaneDrain(socket, ring, counters);
            drain.Run(several, failures.Add, stopping.Token);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private async Task StopAsync(Task running)
    {
        await stopping.CancelAsync();
        await running;
        Assert.Empty(failures);
    }

    private Aggregate Take(LaneRing ring)
    {
        Aggregate aggregate;
        var since = Stopwatch.GetTimestamp();
        while (!ring.TryTake(out aggregate))
        {
            doorbell.Wait(() => ring.IsEmpty, TimeSpan.FromSeconds(1));
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20), "Nothing came for twenty seconds.");
        }

        return aggregate;
    }

    private List<byte[]> Read(LaneRing ring, int count)
    {
        var got = new List<byte[]>();
        while (got.Count < count)
        {
            var aggregate = Take(ring);
            got.AddRange(ring.Memory.AsSpan(aggregate.Place, aggregate.Length).ToArray().Chunk(aggregate.SegmentBytes));
            ring.Release(aggregate);
        }

        return got;
    }
}
