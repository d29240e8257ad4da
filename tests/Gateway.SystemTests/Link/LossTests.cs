using Gateway.Core.Wire;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Link;

/// <summary>What the link may lose, and what then becomes of a transfer. Losses are drawn from a fixed seed.</summary>
public sealed class LossTests(HighSiteFixture fixture) : IClassFixture<HighSiteFixture>
{
    private const int Seed = 20260;

    private readonly HighSite site = fixture.Site;
    private readonly HostileLowSide low = fixture.Low;

    [Fact]
    public async Task Two_percent_random_loss_and_a_burst_of_50_deliver_everything()
    {
        var transfer = Large();
        var random = new Random(Seed);
        var dropped = 0;
        var number = await low.SendAsync(transfer, (i, datagram) =>
        {
            var lost = i is >= 3000 and < 3050 || random.NextDouble() < 0.02;
            dropped += lost ? 1 : 0;
            return lost ? null : datagram;
        });
        var import = await site.WaitForAsync(i => i.Session == number && i.State is not (Import.Types.State.Receiving or Import.Types.State.Verifying));
        Assert.Equal(Import.Types.State.Published, import.State);
        Assert.True(dropped > 100);
        Assert.Equal(transfer.Files[0].Content, await File.ReadAllBytesAsync(Path.Combine(site.StorageRoot, import.Path, transfer.Files[0].Path), TestContext.Current.CancellationToken));
        Assert.True((await site.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes[0].RepairedBlocks > 0);
    }

    [Fact]
    public async Task Loss_beyond_repair_is_reported_and_sending_again_completes_it()
    {
        var transfer = Large();
        var number = await low.SendAsync(transfer, (i, datagram) => IsData(datagram) && i % 5 == 0 ? null : datagram);
        var import = await site.WaitForAsync(i => i.Session == number && i.State is not Import.Types.State.Receiving);
        Assert.Equal(Import.Types.State.Incomplete, import.State);
        Assert.True(import.MissingBlocks > 0);
        Assert.False(Directory.Exists(Path.Combine(site.Published, "datasets", transfer.Name)));

        var again = await low.PushAsync(transfer);
        Assert.Equal(Import.Types.State.Published, again.State);
    }

    [Fact]
    public async Task Session_of_which_nothing_arrived_is_missed()
    {
        Assert.Equal(Import.Types.State.Published, (await low.PushAsync(low.Honest())).State);
        var skipped = await low.SendAsync(low.Honest(), (_, _) => null);
        Assert.Equal(Import.Types.State.Published, (await low.PushAsync(low.Honest())).State);
        var lane = Assert.Single((await site.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes);
        Assert.Contains(skipped, lane.MissingSessions);
    }

    [Fact]
    public async Task Byte_that_rots_in_staging_between_two_sessions_is_noticed()
    {
        var transfer = Large();
        var staged = await StageHalfAsync(transfer, transfer.Files[0].Path);
        using (var file = File.OpenHandle(staged, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, [(byte)(transfer.Files[0].Content[100] ^ 1)], 100);
        }

        var import = await low.PushAsync(transfer);
        Assert.Equal(Import.Types.State.Quarantined, import.State);
        Assert.Equal(RefusalCode.DigestMismatch, import.Refusal.Code);
    }

    [Fact]
    public async Task File_that_somebody_puts_into_staging_is_noticed()
    {
        var transfer = Large();
        var staged = await StageHalfAsync(transfer, transfer.Files[0].Path);
        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(staged)!, "extra.txt"), "not in the manifest");

        var import = await low.PushAsync(transfer);
        Assert.Equal(Import.Types.State.Quarantined, import.State);
        Assert.Equal(RefusalCode.FileExtra, import.Refusal.Code);
    }

    private async Task<string> StageHalfAsync(HostileTransfer transfer, string path)
    {
        var number = await low.SendAsync(transfer, (_, datagram) => IsData(datagram) && Read(datagram).Block > 10 ? null : datagram);
        await site.WaitForAsync(i => i.Session == number && i.State == Import.Types.State.Incomplete);
        return Directory.EnumerateFiles(Path.Combine(site.StorageRoot, "staging"), path, SearchOption.AllDirectories).Single(f => f.Contains(transfer.TransferId, StringComparison.Ordinal));
    }

    private HostileTransfer Large() => Artifacts.Array(low.Honest(), 12 << 20);

    private static bool IsData(ReadOnlyMemory<byte> datagram) => Read(datagram).Kind == DatagramKind.Data;

    private static Datagram Read(ReadOnlyMemory<byte> datagram) => Datagram.TryRead(datagram.Span, out var read) ? read : throw new InvalidOperationException("Not a datagram.");
}
