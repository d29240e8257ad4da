using System.Buffers.Binary;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Link;

/// <summary>Weights on a lane that packs them, both services real.</summary>
public sealed class PackedWeightsTests
{
    private const int ArrayBytes = 16 << 20;

    /// <summary>What the weights have to shrink by: less than <see cref="Gateway.Core.Wire.WeightPlanes"/> does, more than chance.</summary>
    private const double LeastRatio = 1.2;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Weights_that_were_packed_are_published_as_they_were(bool isFolder)
    {
        await using var high = await HighSite.StartAsync(new HighSiteSettings { IsFolder = isFolder });
        await using var low = new LowSite(high);
        await low.StartAsync(packsWeights: true);
        var weights = Weights();
        var source = Directory.CreateDirectory(Path.Combine(high.Directory, "source")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "array.npy"), weights, TestContext.Current.CancellationToken);
        var id = await low.SubmitAsync(source, "packed/weights");
        await low.ApproveAsync(id);
        if (isFolder)
        {
            Assert.Equal(0, (await low.GatewayAsync("alice", "watch", id)).Code);
            foreach (var volume in Directory.GetFiles(low.Outbox))
            {
                File.Copy(volume, Path.Combine(high.Inbox, Path.GetFileName(volume)));
            }
        }

        var import = await high.WaitForAsync(i => i.State is not (Import.Types.State.Receiving or Import.Types.State.Verifying));
        Assert.True(import.State == Import.Types.State.Published, $"{import}\n{high.Service!.Output}");
        Assert.Equal(weights, await File.ReadAllBytesAsync(Path.Combine(high.StorageRoot, import.Path, "array.npy"), TestContext.Current.CancellationToken));
        var lane = Assert.Single((await new LaneService.LaneServiceClient(low.Connect("urn:gateway:person:ivan")).ListLanesAsync(new ListLanesRequest())).Lanes);
        Assert.True(lane.PackingRatio > LeastRatio, $"{lane}");
    }

    /// <summary>An array of bytes that are bf16 numbers near one another: their high bytes say little.</summary>
    private static byte[] Weights()
    {
        var array = Artifacts.Npy(ArrayBytes);
        var header = Artifacts.NpyHeader(ArrayBytes).Length;
        for (var at = header; at + 1 < array.Length; at += 2)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(array.AsSpan(at), (ushort)(0x3C00 | array[at] | ((array[at + 1] & 1) << 8)));
        }

        return array;
    }
}
