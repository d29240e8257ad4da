using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Link;

/// <summary>A receiving machine that has too little of something, while the real low side sends at a pace that was agreed.</summary>
public sealed class HardTimesTests
{
    private const int ArrayBytes = 24 << 20;

    /// <summary>An artifact that takes six seconds at the low side's usual pace.</summary>
    private const int LongArrayBytes = 256 << 20;

    /// <summary>Pace at which a receiver with 40 % of one CPU keeps up with room to spare, in bits per second.</summary>
    private const long ModestRate = 100_000_000;

    [Fact]
    public async Task Receiver_with_two_fifths_of_a_cpu_loses_nothing_at_a_pace_that_it_holds()
    {
        await using var group = CpuGroup.Make(share: 0.4, out var objection);
        Assert.SkipWhen(group is null, objection);
        await using var high = await HighSite.StartAsync();
        await using var low = new LowSite(high);
        await low.StartAsync(ModestRate);
        var id = await low.SubmitAsync(await SourceAsync(high), "hard/cpu");
        group!.Add(high.Service!.Id);
        await low.ApproveAsync(id);

        var import = await high.WaitForAsync(i => i.State is not (Import.Types.State.Receiving or Import.Types.State.Verifying));
        Assert.True(import.State == Import.Types.State.Published, $"{import}\n{high.Service.Output}");
        var lane = Assert.Single((await high.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes);
        Assert.Equal(0ul, lane.LostBlocks);
        Assert.True(group.ThrottledPeriods > 0, "the limit was never felt");
    }

    [Fact]
    public async Task Full_disk_is_reported_and_the_import_completes_once_there_is_room()
    {
        var disk = await TestDisk.TemporaryAsync(megabytes: 160);
        Assert.SkipWhen(disk.Disk is null, disk.Objection);
        await using var small = disk.Disk!;
        await using var high = await HighSite.StartAsync(new HighSiteSettings { StorageRoot = Path.Combine(small.Path, "storage"), MinimumFreeBytes = 64 << 20 });
        using var low = new HostileLowSide(high);
        var transfer = Artifacts.Array(low.Honest(), ArrayBytes);
        var number = low.NextSession();
        var datagrams = await low.ListAsync(transfer, number);
        var ballast = Path.Combine(small.Path, "ballast");
        for (var i = 0; i < datagrams.Count; i++)
        {
            await low.SendPacedAsync(datagrams[i]);
            if (i == datagrams.Count / 3)
            {
                await high.WaitForAsync(import => import.Session == number);
                TestDisk.Fill(ballast);
            }
        }

        await high.Service!.WaitForLineAsync("blocks cannot be stored", HighSite.Patience);
        await high.Service.WaitForLineAsync("blocks are missing", HighSite.Patience);
        Assert.False(high.Service.HasExited, high.Service.Output);
        Assert.False(Directory.Exists(high.Published) && Directory.EnumerateFileSystemEntries(high.Published).Any());

        File.Delete(ballast);
        await high.WaitForAsync(import => import.Session == number && import.State == Import.Types.State.Incomplete);
        Assert.Equal(Import.Types.State.Published, (await low.PushAsync(transfer)).State);
    }

    [Fact]
    public async Task File_system_that_stalls_for_two_seconds_costs_nothing_that_the_memory_holds()
    {
        var disk = await TestDisk.FreezableAsync(megabytes: 1536);
        Assert.SkipWhen(disk.Disk is null, disk.Objection);
        await using var freezable = disk.Disk!;
        await using var high = await HighSite.StartAsync(new HighSiteSettings { StorageRoot = Path.Combine(freezable.Path, "storage"), MinimumFreeBytes = 64 << 20 });
        await using var low = new LowSite(high);
        await low.StartAsync(ModestRate);
        await low.ApproveAsync(await low.SubmitAsync(await SourceAsync(high), "hard/stall"));
        await high.WaitForAsync(i => i.State == Import.Types.State.Receiving);

        await freezable.StallAsync(TimeSpan.FromSeconds(2));

        var import = await high.WaitForAsync(i => i.State is not (Import.Types.State.Receiving or Import.Types.State.Verifying));
        Assert.True(import.State == Import.Types.State.Published, $"{import}\n{high.Service!.Output}");
        Assert.Equal(0ul, Assert.Single((await high.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes).LostBlocks);
    }

    [Fact]
    public async Task Disk_that_stalls_for_longer_than_memory_lasts_costs_whole_blocks_and_no_more_memory_than_is_configured()
    {
        const long MemoryBytes = 64 << 20;
        var disk = await TestDisk.FreezableAsync(megabytes: 1536);
        Assert.SkipWhen(disk.Disk is null, disk.Objection);
        await using var freezable = disk.Disk!;
        await using var high = await HighSite.StartAsync(
            new HighSiteSettings { StorageRoot = Path.Combine(freezable.Path, "storage"), MinimumFreeBytes = 64 << 20, LaneMemoryBytes = MemoryBytes });
        await using var low = new LowSite(high);
        await low.StartAsync();

        // What the runtime, the services and a small artifact take. With so little memory, code that still compiles beside other tests may lose blocks of it.
        var small = await low.SubmitAsync(await SourceAsync(high), "hard/small");
        await low.ApproveAsync(small);
        Import first;
        for (var seen = 0ul; (first = await high.WaitForAsync(i => i.Session > seen && i.State is Import.Types.State.Published or Import.Types.State.Incomplete)).State != Import.Types.State.Published; seen = first.Session)
        {
            await low.TransfersAs("alice").ResendTransferAsync(new() { Name = $"transfers/{small}", RequestId = $"{Guid.NewGuid()}" });
        }

        var lost = Assert.Single((await high.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes).LostBlocks;
        var before = high.Service!.PeakResidentKib;
        var id = await low.SubmitAsync(await SourceAsync(high, LongArrayBytes), "hard/memory");
        await low.ApproveAsync(id);
        await high.WaitForAsync(i => i.Artifact?.Name == "hard/memory" && i.State == Import.Types.State.Receiving);

        // Three seconds of the lane are twice what the memory holds.
        await freezable.StallAsync(TimeSpan.FromSeconds(3));

        var import = await high.WaitForAsync(i => i.Artifact?.Name == "hard/memory" && i.State is not (Import.Types.State.Receiving or Import.Types.State.Verifying));
        var lane = Assert.Single((await high.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes);
        TestContext.Current.SendDiagnosticMessage($"{before / 1024} MiB before, {high.Service.PeakResidentKib / 1024} MiB at most; {lane.CrowdedOutBlocks} blocks gave way, {lane.LostBlocks} lost");
        Assert.Equal(Import.Types.State.Incomplete, import.State);

        // Given up for want of memory, or never taken from the kernel: it depends on what the stall meets first. Either way they are the blocks that the import lacks.
        Assert.InRange(import.MissingBlocks, 1, long.MaxValue);
        Assert.Equal((ulong)import.MissingBlocks, lane.LostBlocks - lost);
        Assert.InRange(high.Service.PeakResidentKib - before, 0, MemoryBytes >> 10);

        await low.TransfersAs("alice").ResendTransferAsync(new() { Name = $"transfers/{id}", RequestId = $"{Guid.NewGuid()}" });
        import = await high.WaitForAsync(
            i => i.Artifact?.Name == "hard/memory" && i.Session > import.Session && i.State is Import.Types.State.Published or Import.Types.State.Quarantined);
        Assert.True(import.State == Import.Types.State.Published, $"{import}\n{high.Service.Output}");
    }

    private static async Task<string> SourceAsync(HighSite high, int bytes = ArrayBytes)
    {
        var source = Directory.CreateDirectory(Path.Combine(high.Directory, "source")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "array.npy"), Artifacts.Npy(bytes));
        return source;
    }
}
