using Gateway.Protocol.High.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Link;

/// <summary>
/// Counts what comes back over the lane: nothing, not even what the high side's kernel would answer by itself. Every other test with a high side counts it too, when the site
/// is taken down.
/// </summary>
public sealed class OneWayLinkTests
{
    private const int ArrayBytes = 16 << 20;

    [Fact]
    public async Task Not_one_packet_leaves_while_an_artifact_crosses_a_lane_with_loss()
    {
        await using var high = await HighSite.StartAsync();
        Assert.SkipWhen(high.Diode is null, "needs root and network namespaces");
        await high.Diode!.SetAsync("--loss", "1", "--burst", "40/5000");
        await using var low = new LowSite(high);
        await low.StartAsync();
        var source = Directory.CreateDirectory(Path.Combine(high.Directory, "source")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "array.npy"), Artifacts.Npy(ArrayBytes));

        await low.ApproveAsync(await low.SubmitAsync(source, "link/one-way"));

        var import = await high.WaitForAsync(i => i.State is Import.Types.State.Published or Import.Types.State.Quarantined);
        Assert.True(import.State == Import.Types.State.Published, $"{import}");
        var counts = await high.Diode.CountsAsync();
        Assert.InRange(counts.Lost, 50, counts.Delivered);
        Assert.InRange(counts.Delivered, ArrayBytes / 1500, long.MaxValue);
        Assert.Equal((0, 0), (counts.Returned, counts.ReturnedFrames));
    }

    [Fact]
    public async Task What_the_kernel_would_answer_is_dropped_before_it_leaves()
    {
        await using var high = await HighSite.StartAsync();
        Assert.SkipWhen(high.Diode is null, "needs root and network namespaces");
        using var low = new HostileLowSide(high);
        await high.KillServiceAsync();
        var transfer = low.Honest();
        await low.SendAsync(transfer);

        // The port is closed, so the kernel says so, and to somebody that it has no address of.
        await high.Diode!.LowAsync("ip", "neigh", "flush", "dev", "lane0");
        await high.Diode.LowAsync("bash", "-c", "echo x >/dev/udp/198.18.0.2/9 || true");
        await high.Diode.LowAsync("ip", "neigh", "replace", "198.18.0.2", "lladdr", "02:00:c6:12:00:02", "dev", "lane0", "nud", "permanent");

        var counts = await high.Diode.CountsAsync();
        Assert.InRange(counts.Returned, 1, long.MaxValue);
        Assert.Equal(0, counts.ReturnedFrames);

        await high.StartServiceAsync();
        Assert.Equal(Import.Types.State.Published, (await low.PushAsync(transfer)).State);
        Assert.Equal(0, (await high.Diode.CountsAsync()).ReturnedFrames);
    }
}
