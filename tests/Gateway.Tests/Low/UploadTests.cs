using Gateway.Protocol.Low.V1;
using Google.Protobuf;
using Xunit;

namespace Gateway.Tests.Low;

/// <summary>Uploads that break, come back and grow large.</summary>
public sealed class UploadTests(LowWorldFixture fixture) : IClassFixture<LowWorldFixture>
{
    private readonly LowWorld world = fixture.World;
    private readonly SampleArtifact artifact = SampleArtifact.Of(name: $"acme/{Guid.NewGuid():N}");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_comes_back_takes_over_from_its_lost_connection()
    {
        var created = await world.Transfers("ada").CreateTransferAsync(LowWorld.Request(artifact));
        using var lost = world.Transfers("ada").UploadTransfer(cancellationToken: Cancellation);
        await lost.RequestStream.WriteAsync(Message(created.Name, 0, artifact.Bytes.AsSpan(0, 1000)), Cancellation);
        await StagedAsync(created.Name, 1000, () => world.UploadAsync("ada", created.Name, artifact.Bytes.AsMemory(1000), offset: 1000));
        Assert.Equal("STATE_WRONG", await Refused.ByAsync(() => lost.ResponseAsync));
        Assert.Equal(artifact.Bytes.Length, (await GetAsync(created.Name)).StagedBytes);
    }

    [Fact]
    public async Task Parts_over_the_stated_size_are_refused()
    {
        var created = await world.Transfers("ada").CreateTransferAsync(LowWorld.Request(artifact));
        Assert.Equal(
            "REQUEST_INVALID",
            await Refused.ByAsync(() => world.UploadAsync("ada", created.Name, new byte[(1 << 20) + 1], partBytes: 2 << 20)));
    }

    private static UploadTransferRequest Message(string name, long offset, ReadOnlySpan<byte> data) =>
        new() { Name = name, Offset = offset, Data = ByteString.CopyFrom(data) };

    private async Task<Transfer> GetAsync(string name) => await world.Transfers("ada").GetTransferAsync(new GetTransferRequest { Name = name });

    /// <summary>Tries until the offset is the one that the service has: the lost connection's bytes arrive when they arrive.</summary>
    private async Task StagedAsync(string name, long offset, Func<Task> upload)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                await upload();
                return;
            }
            catch (Grpc.Core.RpcException) when (attempt < 99)
            {
                Assert.InRange((await GetAsync(name)).StagedBytes, 0, offset);
            }
        }
    }
}
