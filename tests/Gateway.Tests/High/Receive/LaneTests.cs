using System.Net;
using System.Net.Sockets;
using Gateway.Core.Wire;
using Gateway.High.Receive;
using Gateway.Low.Send;
using Gateway.Tests.Core.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gateway.Tests.High.Receive;

/// <summary>Both ends of a lane over real sockets, with a link between them that does what a bad link does.</summary>
public sealed class LaneTests : IAsyncLifetime
{
    private const string TransferId = WireSession.TransferId;

    private readonly ReceivedArtifacts received = new();
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly LaneReceiver receiver;
    private readonly Task receiving;
    private ulong session;

    public LaneTests()
    {
        var options = new LaneReceiverOptions { Lane = "lane-1", Listen = [new(IPAddress.Loopback, 0)] };
        receiver = new(options, received.OpenAsync, TimeProvider.System, NullLogger<LaneReceiver>.Instance);
        receiving = receiver.RunAsync(deadline.Token);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        Assert.False(receiving.IsFaulted);
        await deadline.CancelAsync();
        await receiving;
        receiver.Dispose();
        received.Dispose();
        deadline.Dispose();
    }

    [Fact]
    public async Task Two_percent_random_loss_and_a_burst_of_fifty_lose_nothing()
    {
        var random = new Random(7);
        await using var link = Link((n, d) => n is >= 3000 and < 3050 || random.Next(100) < 2 ? [] : [d]);
        var artifact = Artifact(15_000_001);

        await SendAsync(link, artifact);

        var outcome = await received.OutcomeOfAsync(TransferId, deadline.Token);
        Assert.Equal(0, outcome.Blocks.Missing);
        Assert.True(received.Equals(TransferId, artifact));
        Assert.Equal(0, receiver.Status.LostBlocks);
        Assert.InRange(receiver.Status.RepairedBlocks, 1, outcome.Blocks.Blocks);
        Assert.Empty(receiver.Status.MissingSessions);
    }

    [Fact]
    public async Task Loss_beyond_repair_is_reported_and_sending_again_completes_it()
    {
        var firstTime = true;
        await using var link = Link((n, d) => firstTime && n is >= 2000 and < 5000 ? [] : [d]);
        var artifact = Artifact(12_345_678);

        await SendAsync(link, artifact);
        var outcome = await received.OutcomeOfAsync(TransferId, deadline.Token);
        Assert.InRange(outcome.Blocks.Missing, 1, outcome.Blocks.Blocks - 1);
        Assert.Equal(outcome.Blocks.Missing, receiver.Status.LostBlocks);

        firstTime = false;
        await SendAsync(link, artifact);
        outcome = await received.OutcomeOfAsync(TransferId, deadline.Token);
        Assert.Equal(0, outcome.Blocks.Missing);
        Assert.True(received.Equals(TransferId, artifact));
    }

    [Fact]
    public async Task Reordering_and_duplicates_lose_nothing()
    {
        var random = new Random(3);
        var held = new List<byte[]>();
        await using var link = Link((_, datagram) =>
        {
            held.Add(datagram);
            if (held.Count < 200)
            {
                return [];
            }

            var shuffled = held.Concat(held.Take(50)).ToArray();
            random.Shuffle(shuffled);
            held.Clear();
            return shuffled;
        });
        var artifact = Artifact(10_000_000);

        await SendAsync(link, artifact);

        Assert.Equal(0, (await received.OutcomeOfAsync(TransferId, deadline.Token)).Blocks.Missing);
        Assert.True(received.Equals(TransferId, artifact));
        Assert.InRange(receiver.Status.DroppedDatagrams, 1, receiver.Status.Datagrams);
    }

    [Fact]
    public async Task A_session_that_is_lost_altogether_is_noticed_by_the_heartbeat()
    {
        await using var link = Link((_, d) => session == 2 && d.Length > Datagram.HeaderBytes ? [] : [d]);
        var artifact = Artifact(1000);
        await SendAsync(link, artifact);
        Assert.Equal(0, (await received.OutcomeOfAsync(TransferId, deadline.Token)).Blocks.Missing);

        await SendAsync(link, artifact);
        await SendAsync(link, artifact);

        Assert.Equal(1, (await received.OutcomeOfAsync(TransferId, deadline.Token)).Blocks.Blocks);
        Assert.Equal([2UL], receiver.Status.MissingSessions);
        Assert.Equal(3UL, receiver.Status.LastSession);
        Assert.NotNull(receiver.Status.HeartbeatTime);
    }

    [Fact]
    public async Task A_hundred_thousand_random_and_mutated_datagrams_leave_the_receiver_alive_and_nothing_written()
    {
        var random = new Random(11);
        var artifact = Artifact(3_000_000);
        var genuine = await WireSession.Of(3_000_000, FecGeometry.Default, session: 900).DatagramsAsync();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (var i = 0; i < 100_000; i++)
        {
            socket.SendTo(LaneAssemblyTests.Noise(random, genuine), receiver.LocalEndPoints[0]);
        }

        Assert.Equal(0, received.Opened);
        Assert.Empty(received.Files);

        await using var link = Link((_, d) => [d]);
        await SendAsync(link, artifact);
        Assert.Equal(0, (await received.OutcomeOfAsync(TransferId, deadline.Token)).Blocks.Missing);
        Assert.True(received.Equals(TransferId, artifact));
    }

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(1, true, true)]
    [InlineData(3, true, false)]
    public async Task Every_way_of_receiving_carries_an_artifact_through_loss(int flows, bool authenticated, bool oneByOne)
    {
        var key = authenticated ? LaneKey.Generate() : null;
        var options = new LaneReceiverOptions
        {
            Lane = "lane-1",
            Listen = [.. Enumerable.Repeat(new IPEndPoint(IPAddress.Loopback, 0), flows)],
            Keys = key is null ? [] : [key],
        };
        using var way = new LaneReceiver(options, received.OpenAsync, TimeProvider.System, NullLogger<LaneReceiver>.Instance) { TakesOneByOne = oneByOne };
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var running = way.RunAsync(stopping.Token);
        var links = way.LocalEndPoints.Select(address => new LossyLink(address, (n, d) => n % 70 == 69 ? [] : [d])).ToList();
        var artifact = Artifact(12_000_001);

        var sending = new LaneSenderOptions { Lane = "lane-1", Targets = [.. links.Select(l => l.EndPoint)], RateBitsPerSecond = 150_000_000, Key = key };
        await using (var sender = new LaneSender(sending, new(1), (_, _) => ValueTask.FromResult(++session), TimeProvider.System, NullLogger<LaneSender>.Instance))
        {
            sender.Start();
            await sender.SendAsync(new() { Content = Content(artifact.Length), Read = ByteSource.Of(artifact), Progress = _ => { } }, deadline.Token);
        }

        Assert.Equal(0, (await received.OutcomeOfAsync(TransferId, deadline.Token)).Blocks.Missing);
        Assert.True(received.Equals(TransferId, artifact));
        var status = way.Status;
        Assert.Equal(0, status.LostBlocks);
        Assert.InRange(status.MissingDatagrams, status.Datagrams / 140, status.Datagrams / 35);
        Assert.InRange(status.ParityNeeded.Skip(1).Sum(), 1, long.MaxValue);
        Assert.Equal((0L, 0L, 0L, 0L), (status.Malformed, status.Foreign, status.Forged, status.Replayed));
        Assert.Equal(key?.IdFor("lane-1") ?? 0, status.KeyId);
        await stopping.CancelAsync();
        await running;
        foreach (var link in links)
        {
            await link.DisposeAsync();
        }
    }

    private static byte[] Artifact(int bytes)
    {
        var artifact = new byte[bytes];
        new Random(bytes).NextBytes(artifact);
        return artifact;
    }

    private static SessionContent Content(long totalBytes) =>
        new(TransferId, totalBytes, "release"u8.ToArray(), "manifest"u8.ToArray(), "inspection"u8.ToArray());

    private LossyLink Link(Func<long, byte[], IEnumerable<byte[]>> pass) => new(receiver.LocalEndPoints[0], pass);

    private async Task SendAsync(LossyLink link, byte[] artifact)
    {
        var options = new LaneSenderOptions { Lane = "lane-1", Targets = [link.EndPoint], RateBitsPerSecond = 150_000_000 };
        await using var sender = new LaneSender(options, new(1), (_, _) => ValueTask.FromResult(++session), TimeProvider.System, NullLogger<LaneSender>.Instance);
        sender.Start();
        var sent = 0L;
        await sender.SendAsync(
            new() { Content = Content(artifact.Length), Read = ByteSource.Of(artifact), Progress = bytes => sent = bytes },
            deadline.Token);
        Assert.Equal(artifact.Length, sent);
    }
}
