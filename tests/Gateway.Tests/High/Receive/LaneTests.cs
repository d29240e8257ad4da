using System.Net;
using Gateway.Core.Wire;
using Gateway.High.Receive;
using Gateway.Low.Send;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gateway.Tests.High.Receive;

/// <summary>Both ends of a lane over real sockets, with a link between them that does what a bad link does.</summary>
public sealed class LaneTests : IAsyncLifetime
{
    private const string TransferId = "0190a0b0c0d0e0f00102030405060708";

    private readonly ReceivedArtifacts received = new();
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly LaneReceiver receiver;
    private readonly Task receiving;
    private ulong session;

    public LaneTests()
    {
        var options = new LaneReceiverOptions { Lane = "lane-1", Listen = new(IPAddress.Loopback, 0) };
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
        var artifact = Artifact(30_000_001);

        await SendAsync(link, artifact);

        var outcome = await received.OutcomeOfAsync(TransferId, deadline.Token);
        Assert.Equal(0, outcome.Blocks.Missing);
        Assert.True(received.Equals(TransferId, artifact));
        Assert.Equal(0, receiver.Status.LostBlocks);
        Assert.InRange(receiver.Status.RepairedBlocks, 1, outcome.Blocks.Blocks);
        Assert.Empty(receiver.Status.MissingSessions);
    }

    private static byte[] Artifact(int bytes)
    {
        var artifact = new byte[bytes];
        new Random(bytes).NextBytes(artifact);
        return artifact;
    }

    private static SessionContent Content(long totalBytes) =>
        new(TransferId, totalBytes, "release"u8.ToArray(), "manifest"u8.ToArray(), "inspection"u8.ToArray());

    private LossyLink Link(Func<long, byte[], IEnumerable<byte[]>> pass) => new(receiver.LocalEndPoint, pass);

    private async Task SendAsync(LossyLink link, byte[] artifact)
    {
        var options = new LaneSenderOptions { Lane = "lane-1", Target = link.EndPoint, RateBitsPerSecond = 400_000_000 };
        await using var sender = new LaneSender(options, _ => ValueTask.FromResult(++session), TimeProvider.System, NullLogger<LaneSender>.Instance);
        sender.Start();
        var sent = 0L;
        await sender.SendAsync(
            Content(artifact.Length),
            (offset, into, _) =>
            {
                artifact.AsMemory((int)offset, into.Length).CopyTo(into);
                return ValueTask.CompletedTask;
            },
            bytes => sent = bytes,
            deadline.Token);
        Assert.Equal(artifact.Length, sent);
    }
}
