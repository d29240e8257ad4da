using Gateway.Protocol.High.V1;
using Gateway.Protocol.Low.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Link;

/// <summary>Two services that share nothing but what a person copies from one directory to another.</summary>
public sealed class FolderLaneTests
{
    private const int ArrayBytes = 16 << 20;

    [Fact]
    public async Task Volumes_of_which_one_is_lost_and_one_damaged_are_published()
    {
        await using var high = await HighSite.StartAsync(new HighSiteSettings { IsFolder = true });
        await using var low = new LowSite(high);
        await low.StartAsync();
        var volumes = await SendAsync(high, low, "folder/damaged");

        foreach (var volume in volumes.Skip(1))
        {
            File.Copy(volume, Path.Combine(high.Inbox, Path.GetFileName(volume)));
        }

        var damaged = Path.Combine(high.Inbox, Path.GetFileName(volumes[3]));
        var bytes = await File.ReadAllBytesAsync(damaged, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(damaged, bytes, TestContext.Current.CancellationToken);

        var import = await high.WaitForAsync(Ended);
        Assert.True(import.State == Import.Types.State.Published, $"{import}");
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(high.Directory, "source", "array.npy"), TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(Path.Combine(high.StorageRoot, import.Path, "array.npy"), TestContext.Current.CancellationToken));
        var lanes = await low.GatewayAsync("ivan", "lanes", "--json");
        Assert.True(lanes.Code == 0, lanes.Error);
        Assert.Equal(["folder", "folder"], lanes.Json.GetProperty("lanes").EnumerateArray().Select(lane => lane.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task Too_many_lost_volumes_are_reported_and_sending_again_completes_it_also_across_restarts()
    {
        await using var high = await HighSite.StartAsync(new HighSiteSettings { IsFolder = true });
        await using var low = new LowSite(high);
        await low.StartAsync();
        var volumes = await SendAsync(high, low, "folder/lost");
        foreach (var volume in volumes.Take(volumes.Count - 3))
        {
            File.Copy(volume, Path.Combine(high.Inbox, Path.GetFileName(volume)));
        }

        var import = await high.WaitForAsync(i => Ended(i) || i.State == Import.Types.State.Incomplete);
        Assert.Equal(Import.Types.State.Incomplete, import.State);
        Assert.True(import.MissingBlocks > 0);

        await high.KillServiceAsync();
        await high.StartServiceAsync();
        var id = import.Name.Split('/')[1];
        await low.TransfersAs("alice").ResendTransferAsync(new ResendTransferRequest { Name = $"transfers/{id}", RequestId = $"{Guid.NewGuid()}" });
        foreach (var volume in (await VolumesAsync(low, id)).Except(volumes))
        {
            File.Copy(volume, Path.Combine(high.Inbox, Path.GetFileName(volume)));
        }

        import = await high.WaitForAsync(Ended);
        Assert.True(import.State == Import.Types.State.Published, $"{import}");
    }

    private static bool Ended(Import import) => import.State is Import.Types.State.Published or Import.Types.State.Quarantined;

    /// <summary>Has an artifact approved; the volumes that it left as, in their order.</summary>
    private static async Task<List<string>> SendAsync(HighSite high, LowSite low, string name)
    {
        var source = Directory.CreateDirectory(Path.Combine(high.Directory, "source")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "array.npy"), Artifacts.Npy(ArrayBytes), TestContext.Current.CancellationToken);
        var id = await low.SubmitAsync(source, name);
        await low.ApproveAsync(id);
        return await VolumesAsync(low, id);
    }

    private static async Task<List<string>> VolumesAsync(LowSite low, string id)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(HighSite.Patience);
        using var watch = low.TransfersAs("alice").WatchTransfer(new WatchTransferRequest { Name = $"transfers/{id}" }, cancellationToken: deadline.Token);
        while (await watch.ResponseStream.MoveNext(deadline.Token) && watch.ResponseStream.Current.State != Transfer.Types.State.SentUnconfirmed)
        {
        }

        return [.. Directory.GetFiles(low.Outbox).Order(StringComparer.Ordinal)];
    }
}
