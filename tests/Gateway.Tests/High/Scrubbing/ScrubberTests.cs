using Gateway.Core;
using Gateway.Core.Wire;
using Gateway.High.Receive;
using Gateway.High.Scrubbing;
using Gateway.Storage.High;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gateway.Tests.High.Scrubbing;

/// <summary>Published files that rot are found, taken from readers, and mended by exactly the transfer that brought them.</summary>
public sealed class ScrubberTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_of_ten_flipped_bits_are_found_and_nothing_that_is_sound()
    {
        await using var bench = await HighBench.OpenAsync();
        var imports = new List<ImportRecord>();
        for (var i = 0; i < 11; i++)
        {
            imports.Add(await bench.CarryAsync(Shipment.Of(bench, p => p with { Name = $"lab/sums-{i}" }), session: (ulong)i + 1));
        }

        string[] paths = ["README.md", "data/test.jsonl", "data/train.jsonl"];
        for (var i = 0; i < 10; i++)
        {
            bench.Flip(imports[i], paths[i % 3], byteAt: i % 3 == 0 ? i % 7 : i * 20, bit: i % 8);
        }

        var visible = bench.Visible().Count;
        await ScrubAllAsync(bench);
        Assert.Equal(
            imports.Take(10).Select((import, i) => (import.Id, paths[i % 3])).Order(),
            (await bench.Catalog.ListRottenAsync(100, Cancellation)).Select(file => (file.Import.Id, file.Path)).Order());
        foreach (var import in imports.Take(10))
        {
            var after = await bench.FindAsync(import.Id);
            Assert.Equal((ImportState.Incomplete, RefusalCode.FileRotten), (after.State, after.Refusal?.Code));
        }

        Assert.Equal(ImportState.Published, (await bench.FindAsync(imports[10].Id)).State);
        Assert.Equal(visible / 11, bench.Visible().Count);
        Assert.All(bench.Visible(), path => Assert.Contains("sums-10", path, StringComparison.Ordinal));
        Assert.Equal((1, 10), ((await bench.Catalog.FindScrubRunAsync(Cancellation))!.Versions, (await bench.Catalog.FindScrubRunAsync(Cancellation))!.Rotten));
    }

    [Fact]
    public async Task Rotten_version_asks_for_its_own_blocks_and_is_mended_by_its_own_transfer_alone()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Large(bench, "1", 1);
        var import = await bench.CarryAsync(shipment);
        bench.Flip(import, "a.txt", byteAt: 5, bit: 3);
        bench.Flip(import, "b.txt", byteAt: 70_000, bit: 0);
        await ScrubAllAsync(bench);
        Assert.Empty(bench.Visible());
        Assert.False(Path.Exists(Path.Combine(bench.Root, "published/datasets/lab/sums/current")));
        Assert.Empty(Directory.GetDirectories(Path.Combine(bench.Root, "hub/datasets--lab--sums/snapshots")));
        Assert.Equal(["a.txt", "b.txt"], Directory.GetFiles(Path.Combine(bench.Root, "quarantine", $"rotten-{import.Id}")).Select(Path.GetFileName).Order());

        var loss = await new LaneLosses(bench.Catalog, bench.Time).FindAsync(new LaneStatus { Lane = HighBench.Lane }, Cancellation);
        var missing = Assert.Single(loss.Transfers).Missing;
        Assert.InRange(missing.Missing.Blocks * missing.PayloadBytes, 2 * FileBytes, 2 * (FileBytes + (2L * missing.PayloadBytes)));
        Assert.True(missing.Missing.Blocks < missing.Blocks);

        // Neither the same version under another release, nor other bytes.
        Assert.NotNull((await bench.CarryAsync(Large(bench, "1", 2), session: 2)).Refusal);
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(shipment, session: 3)).State);
        Assert.Equal(Text('b'), await File.ReadAllTextAsync(Path.Combine(bench.Root, import.Path!, "b.txt"), Cancellation));
        Assert.Equal(Text('a'), await File.ReadAllTextAsync(Path.Combine(bench.Root, "hub/datasets--lab--sums/snapshots", import.Claim!.Manifest.Hex[..40], "a.txt"), Cancellation));
        Assert.Equal("1", File.ResolveLinkTarget(Path.Combine(bench.Root, "published/datasets/lab/sums/current"), false)!.Name);
        Assert.All(await bench.Catalog.ListRottenAsync(10, Cancellation), file => Assert.NotNull(file.Repaired));
        Assert.Equal(RefusalCode.TransferConsumed, (await bench.Catalog.FindObjectionAsync(import.Claim, Cancellation))?.Code);
        await ScrubAllAsync(bench);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(import.Id)).State);
    }

    [Fact]
    public async Task Mending_bytes_that_are_wrong_are_quarantined_and_the_right_ones_may_still_come()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Large(bench, "1", 1);
        var import = await bench.CarryAsync(shipment);
        bench.Flip(import, "b.txt", byteAt: 5, bit: 3);
        await ScrubAllAsync(bench);
        var wrong = await bench.CarryAsync(shipment.WithByteFlipped((int)FileBytes + 9), session: 2);
        Assert.Equal((ImportState.Quarantined, RefusalCode.DigestMismatch), (wrong.State, wrong.Refusal?.Code));
        Assert.Empty(bench.Visible());
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(shipment, session: 3)).State);
    }

    [Fact]
    public async Task Names_lead_to_the_version_before_and_shared_files_of_it_stay_sound_until_the_rotten_one_is_mended()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var first = await bench.CarryAsync(shipment);
        var second = await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "2", Sequence = 2, Files = [.. p.Files, ("more.txt", "more\n")] }), session: 2);
        bench.Flip(first, "README.md", byteAt: 0, bit: 0);
        await ScrubAllAsync(bench);
        var snapshots = Path.Combine(bench.Root, "hub/datasets--lab--sums/snapshots");
        Assert.Equal("# Sums\n", await File.ReadAllTextAsync(Path.Combine(snapshots, second.Claim!.Manifest.Hex[..40], "README.md"), Cancellation));
        Assert.Equal("2", Current(bench));
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(shipment, session: 3)).State);
        Assert.Equal("2", Current(bench));

        bench.Flip(second, "more.txt", byteAt: 0, bit: 0);
        await ScrubAllAsync(bench);
        Assert.Equal("1", Current(bench));
        Assert.True((await bench.Catalog.FindPublishedAsync("lab/sums", null, Cancellation)).Succeeded(out var current, out _));
        Assert.Equal(first.Id, current.Id);
    }

    [Fact]
    public async Task Crash_after_the_record_is_carried_on_by_the_restart_and_no_block_comes_before()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var import = await bench.CarryAsync(shipment);
        bench.Flip(import, "README.md", byteAt: 0, bit: 0);
        await bench.Catalog.RequestScrubAsync("dave", Cancellation);
        var turn = await bench.Catalog.NextToScrubAsync(TimeSpan.FromDays(30), Cancellation);
        var blocks = BlockBitmap.Empty(import.Claim!.Bytes, FecGeometry.Default.PayloadBytes);
        Assert.True(await bench.Catalog.DamageAsync(new(turn!.Import, bench.Time.GetUtcNow(), turn.Run), new(blocks.BlockBytes, blocks.ToBytes()), 0, blocks.Missing, ["README.md"], null, Cancellation));
        Assert.Null(await bench.SendAsync(shipment, session: 2));

        await bench.RestartAsync();
        Assert.Empty(bench.Visible());
        Assert.True(File.Exists(Path.Combine(bench.Root, "quarantine", $"rotten-{import.Id}", "README.md")));
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(shipment, session: 3)).State);
    }

    [Fact]
    public async Task Version_whose_release_expired_is_not_mended_and_what_is_left_is_kept()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var import = await bench.CarryAsync(shipment);
        bench.Time.Advance(TimeSpan.FromDays(31));
        bench.Flip(import, "README.md", byteAt: 0, bit: 0);
        Assert.True(await bench.Scrubber.ScrubNextAsync(Cancellation));
        await bench.RestartAsync();
        var after = await bench.FindAsync(import.Id);
        Assert.Equal((ImportState.Quarantined, RefusalCode.Expired), (after.State, after.Refusal?.Code));
        Assert.True(File.Exists(Path.Combine(bench.Root, "quarantine", import.Id, "tree/data/train.jsonl")));
        Assert.Equal(RefusalCode.Expired, (await bench.CarryAsync(shipment, session: 2)).Refusal?.Code);
    }

    [Fact]
    public async Task Oldest_comes_first_each_once_a_run_and_an_interrupted_one_goes_on()
    {
        await using var bench = await HighBench.OpenAsync();
        var older = await bench.CarryAsync(Shipment.Of(bench));
        bench.Time.Advance(TimeSpan.FromDays(1));
        var newer = await bench.CarryAsync(Shipment.Of(bench, p => p with { Name = "lab/other" }), session: 2);
        Assert.False(await bench.Scrubber.ScrubNextAsync(Cancellation));
        Assert.Null(await bench.Catalog.FindScrubRunAsync(Cancellation));

        bench.Time.Advance(TimeSpan.FromDays(29));
        var turn = (await bench.Catalog.NextToScrubAsync(TimeSpan.FromDays(30), Cancellation))!;
        Assert.Equal((older.Id, 0), (turn.Import.Id, turn.NextFile));
        await bench.Catalog.RecordScrubAsync(turn, 2, 100, Cancellation);
        await bench.RestartAsync();
        Assert.Equal(2, (await bench.Catalog.NextToScrubAsync(TimeSpan.FromDays(30), Cancellation))!.NextFile);
        Assert.True(await bench.Scrubber.ScrubNextAsync(Cancellation));
        Assert.False(await bench.Scrubber.ScrubNextAsync(Cancellation));
        Assert.NotNull((await bench.Catalog.FindScrubRunAsync(Cancellation))!.Ended);

        bench.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(newer.Id, (await bench.Catalog.NextToScrubAsync(TimeSpan.FromDays(30), Cancellation))!.Import.Id);
    }

    [Fact]
    public async Task Version_whose_manifest_cannot_be_read_holds_back_no_other()
    {
        await using var bench = await HighBench.OpenAsync();
        var damaged = await bench.CarryAsync(Shipment.Of(bench));
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        var other = await bench.CarryAsync(Shipment.Of(bench, p => p with { Name = "lab/other" }), session: 2);
        bench.Flip(damaged, ".gateway/manifest.dsse.json", byteAt: 0, bit: 0);
        bench.Flip(other, "README.md", byteAt: 0, bit: 0);
        await bench.RestartAsync();
        await ScrubAllAsync(bench);
        Assert.Equal(other.Id, Assert.Single(await bench.Catalog.ListRottenAsync(10, Cancellation)).Import.Id);
        Assert.NotNull((await bench.Catalog.FindScrubRunAsync(Cancellation))!.Ended);
    }

    [Fact]
    public async Task Rate_is_kept_to()
    {
        await using var bench = await HighBench.OpenAsync();
        await bench.CarryAsync(Large(bench, "1", 1));
        await bench.Catalog.RequestScrubAsync("dave", Cancellation);
        var slow = new Scrubber(bench.Catalog, bench.Published, bench.Manifests, bench.Damage, new ScrubOptions(BytesPerSecond: 1 << 20), bench.Time, NullLogger<Scrubber>.Instance);
        var (began, real) = (bench.Time.GetUtcNow(), TimeProvider.System.GetTimestamp());
        var scrubbing = slow.ScrubNextAsync(Cancellation);
        while (!scrubbing.IsCompleted && TimeProvider.System.GetElapsedTime(real) < TimeSpan.FromSeconds(60))
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        Assert.True(await scrubbing);
        Assert.True(bench.Time.GetUtcNow() - began >= TimeSpan.FromSeconds((4.0 * FileBytes / (1 << 20)) - 0.1), $"{bench.Time.GetUtcNow() - began}");
    }

    private const long FileBytes = 200_000;

    private static string Text(char letter) => string.Concat(Enumerable.Repeat($"{new string(letter, 99)}\n", (int)FileBytes / 100));

    private static Shipment Large(HighBench bench, string version, long sequence) => Shipment.Of(bench, p => p with
    {
        Version = version, Sequence = sequence, Files = [("a.txt", Text('a')), ("b.txt", Text('b')), ("c.txt", Text('c')), ("d.txt", Text('d'))],
    });

    private static async Task ScrubAllAsync(HighBench bench)
    {
        await bench.Catalog.RequestScrubAsync("dave", Cancellation);
        while (await bench.Scrubber.ScrubNextAsync(Cancellation))
        {
            // The next one.
        }
    }

    private static string Current(HighBench bench) => File.ResolveLinkTarget(Path.Combine(bench.Root, "published/datasets/lab/sums/current"), false)!.Name;
}
