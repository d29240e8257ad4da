using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Core.Wire;
using Gateway.High.Publish;
using Gateway.High.Receive;
using Gateway.High.Scrubbing;
using Gateway.Storage;
using Gateway.Storage.High;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gateway.Tests.High.Receive;

/// <summary>Files that published versions hold need not cross again, are checked again all the same, and are nobody's to write.</summary>
public sealed class HeldFilesTests
{
    private const string Train = "data/train.jsonl";
    private const string Test = "data/test.jsonl";
    private const string Readme = "README.md";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Second_version_crosses_without_what_the_first_holds_and_shares_its_bytes_on_the_disk()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench));
        var next = Next(bench, Readme);
        var spared = Blocks(next, Test, Train);
        Assert.InRange(spared.Length, 10, int.MaxValue);

        var second = await CarryAsync(bench, next, session: 2, spared);
        Assert.Equal(ImportState.Published, second.State);
        Assert.Equal(second.Claim!.Bytes, second.ReceivedBytes);
        Assert.Equal(await ReadAsync(bench, first, Train), await ReadAsync(bench, second, Train));
        Assert.True(AreOne(bench, first, second, Train));
        Assert.True(AreOne(bench, first, second, Test));
        Assert.False(AreOne(bench, first, second, Readme));
    }

    [Fact]
    public async Task Version_that_is_held_whole_needs_no_block_at_all()
    {
        await using var bench = await HighBench.OpenAsync();
        await bench.CarryAsync(Shipment.Of(bench));
        var other = Shipment.Of(bench, p => p with { Name = "lab/copy" });
        var session = await bench.Intake.OpenAsync(HighBench.Lane, other.Header(2), Cancellation);
        await session!.SessionEndedAsync(Cancellation);
        Assert.True(session.IsClosed);
        await bench.Verification.VerifyAsync(other.TransferId, Cancellation);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(other.TransferId)).State);
    }

    [Fact]
    public async Task Held_files_are_judged_by_the_policy_of_today()
    {
        await using var bench = await HighBench.OpenAsync();
        await bench.CarryAsync(Shipment.Of(bench));
        await bench.RestartForbiddingDatasetsAsync();
        var next = Next(bench, Readme);
        var second = await CarryAsync(bench, next, session: 2, Blocks(next, Test, Train));
        Assert.Equal((ImportState.Quarantined, RefusalCode.PolicyDenied), (second.State, second.Refusal?.Code));
    }

    [Fact]
    public async Task Files_that_no_reader_may_have_any_more_are_asked_for()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench));
        await RevokeAsync(bench, first);
        var next = Next(bench, Readme);
        var spared = Blocks(next, Test, Train);
        await bench.SendAsync(next, 2, spared);
        var incomplete = await bench.FindAsync(next.TransferId);
        Assert.Equal((ImportState.Incomplete, (long)spared.Length), (incomplete.State, incomplete.MissingBlocks));
        var loss = await new LaneLosses(bench.Catalog, bench.Time).FindAsync(new LaneStatus { Lane = HighBench.Lane }, Cancellation);
        Assert.Equal(spared.Length, Assert.Single(loss.Transfers).Missing.Missing.Blocks);

        Assert.Equal(ImportState.Published, (await bench.CarryAsync(next, session: 3)).State);
    }

    [Fact]
    public async Task Version_that_came_while_the_one_before_was_verified_is_completed_by_its_publication()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = Shipment.Of(bench);
        await bench.SendAsync(first);
        var next = Next(bench, Readme);
        await bench.SendAsync(next, 2, Blocks(next, Test, Train));
        await bench.Intake.CompleteAllAsync(Cancellation);
        Assert.Equal(ImportState.Incomplete, (await bench.FindAsync(next.TransferId)).State);

        await bench.Verification.VerifyAsync(first.TransferId, Cancellation);
        await bench.Intake.CompleteAllAsync(Cancellation);
        Assert.Equal(ImportState.Verifying, (await bench.FindAsync(next.TransferId)).State);
        await bench.Verification.VerifyAsync(next.TransferId, Cancellation);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(next.TransferId)).State);
    }

    [Fact]
    public async Task What_a_crash_linked_and_did_not_record_is_found_again()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = Shipment.Of(bench);
        await bench.SendAsync(first);
        var next = Next(bench, Readme);
        await bench.SendAsync(next, 2, Blocks(next, Test, Train));
        await bench.Verification.VerifyAsync(first.TransferId, Cancellation);
        var import = await bench.FindAsync(next.TransferId);
        var stored = await bench.Catalog.FindBlocksAsync(import.Id, Cancellation);
        var before = BlockBitmap.FromBytes(import.Claim!.Bytes, stored!.BlockBytes, stored.Bitmap)!;
        Assert.Equal(0, (await bench.Held.CompleteAsync(import, before, Cancellation)).Missing);

        await bench.RestartAsync();
        Assert.Equal(ImportState.Incomplete, (await bench.FindAsync(next.TransferId)).State);
        await bench.Intake.CompleteAllAsync(Cancellation);
        await bench.Verification.VerifyAsync(next.TransferId, Cancellation);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(next.TransferId)).State);
    }

    [Fact]
    public async Task Low_side_that_sends_other_bytes_for_a_held_file_changes_neither_version()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench));
        var next = Next(bench, Test);

        // Links are made when the first session ends; block 0, which the held README.md begins, comes after that.
        await bench.SendAsync(next, 2, [0, .. Blocks(next, Train)]);
        Assert.True(StagedTree.IsSealed(Path.Combine(bench.Staging.TreeOf(next.TransferId), Readme)));
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(next.WithByteFlipped(2), session: 3)).State);
        Assert.Equal("# Sums\n", await ReadAsync(bench, first, Readme));
        Assert.Equal("# Sums\n", await ReadAsync(bench, await bench.FindAsync(next.TransferId), Readme));
    }

    [Fact]
    public async Task Mending_a_version_writes_nothing_into_files_that_another_shares()
    {
        await using var bench = await HighBench.OpenAsync();
        var large = string.Concat(Enumerable.Repeat(new string('b', 99) + "\n", 4_000));
        var shipment = Shipment.Of(bench, p => p with { Files = [("a.txt", "first\n"), ("b.txt", large)] });
        var first = await bench.CarryAsync(shipment);
        var next = Shipment.Of(bench, p => p with { Version = "2", Sequence = 2, Files = [("a.txt", "second\n"), ("b.txt", large)] });
        var second = await CarryAsync(bench, next, session: 2, Blocks(next, "b.txt"));
        Assert.True(AreOne(bench, first, second, "b.txt"));
        Rot(bench, first, "a.txt");
        await ScrubAllAsync(bench);
        Assert.Equal(ImportState.Incomplete, (await bench.FindAsync(first.Id)).State);

        // The blocks of a.txt end in the shared b.txt: bytes for that are dropped, whatever they are.
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(shipment.WithByteFlipped(20), session: 3)).State);
        Assert.Equal(large, await ReadAsync(bench, second, "b.txt"));
        Assert.Equal(large, await ReadAsync(bench, first, "b.txt"));
    }

    [Fact]
    public async Task Revoking_the_version_that_brought_a_file_takes_it_from_no_other()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench));
        var next = Next(bench, Readme);
        var second = await CarryAsync(bench, next, session: 2, Blocks(next, Test, Train));
        var train = await ReadAsync(bench, second, Train);
        await RevokeAsync(bench, first);
        bench.Time.Advance(TimeSpan.FromDays(31));
        await bench.WithdrawnBytes.SweepAsync(Cancellation);
        Assert.Empty(Directory.GetDirectories(Path.Combine(bench.Root, "revoked")));
        Assert.Equal(train, await ReadAsync(bench, second, Train));
        await ScrubAllAsync(bench);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(second.Id)).State);
    }

    /// <summary>Else the next attempt would be given the same rotten bytes, until the schedule comes round.</summary>
    [Fact]
    public async Task Rotten_file_that_another_version_was_given_is_looked_at_before_all_others()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench));
        var other = await bench.CarryAsync(Shipment.Of(bench, p => p with { Name = "lab/other", Files = [("a.txt", "other\n")] }), session: 2);
        Rot(bench, first, Train);
        var next = Next(bench, Readme);
        var refused = await CarryAsync(bench, next, session: 3, Blocks(next, Test, Train));
        Assert.Equal((ImportState.Quarantined, RefusalCode.DigestMismatch), (refused.State, refused.Refusal?.Code));

        Assert.True(await bench.Scrubber.ScrubNextAsync(Cancellation));
        Assert.Equal((ImportState.Incomplete, ImportState.Published), ((await bench.FindAsync(first.Id)).State, (await bench.FindAsync(other.Id)).State));
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(next, session: 4)).State);
    }

    [Fact]
    public async Task Rot_in_bytes_that_versions_share_is_found_in_all_of_them_at_once()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench));
        var others = await bench.CarryAsync(Shipment.Of(bench, p => p with { Name = "lab/other", Files = [("a.txt", "other\n")] }), session: 2);
        var next = Next(bench, Readme);
        var second = await CarryAsync(bench, next, session: 3, Blocks(next, Test, Train));
        Rot(bench, first, Train);
        Assert.True(await bench.Catalog.SuspectAsync(Digest.Of("no version has it"u8), Cancellation) == 0);
        await bench.Catalog.RequestScrubAsync("dave", Cancellation);
        Assert.True(await bench.Scrubber.ScrubNextAsync(Cancellation));
        Assert.True(await bench.Scrubber.ScrubNextAsync(Cancellation));
        Assert.Equal(
            [ImportState.Incomplete, ImportState.Incomplete, ImportState.Published],
            [(await bench.FindAsync(first.Id)).State, (await bench.FindAsync(second.Id)).State, (await bench.FindAsync(others.Id)).State]);
    }

    /// <summary>A crash can come between the withdrawal of a version and the look at the rest of its files.</summary>
    [Fact]
    public async Task Second_rotten_file_that_nobody_had_looked_at_is_mended_by_the_same_session()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var first = await bench.CarryAsync(shipment);
        Rot(bench, first, Readme);
        Rot(bench, first, Train);
        Assert.True(await bench.Damage.WithdrawAsync(new RotFinding(first, bench.Time.GetUtcNow(), Run: null), rotten: 0, sound: 0, Cancellation));
        await bench.RestartAsync();
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(shipment, session: 2)).State);
    }

    [Fact]
    public async Task Published_file_that_somebody_made_writable_is_given_to_nobody()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench));
        File.SetUnixFileMode(Path.Combine(bench.Root, first.Path!, Train), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var next = Next(bench, Readme);
        await bench.SendAsync(next, 2, Blocks(next, Test, Train));
        Assert.Equal(Blocks(next, Test, Train).Length - Blocks(next, Test).Length, (await bench.FindAsync(next.TransferId)).MissingBlocks);
        Assert.False(File.Exists(Path.Combine(bench.Staging.TreeOf(next.TransferId), Train)));
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(next, session: 3)).State);
        Assert.False(AreOne(bench, first, await bench.FindAsync(next.TransferId), Train));
    }

    /// <summary>What the file system gives no further name costs its bytes once more, and no version its publication.</summary>
    [Fact]
    public async Task File_that_has_as_many_names_as_it_can_have_crosses_or_is_copied()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench, p => p with { Files = [("a.txt", new string('a', 500) + "\n")] }));
        var names = Directory.CreateDirectory(Path.Combine(bench.Root, "names")).FullName;
        var count = 0;
        try
        {
            for (; count < 70_000; count++)
            {
                DurableFiles.Link(Path.Combine(bench.Root, first.Path!, "a.txt"), Path.Combine(names, $"{count}"));
            }
        }
        catch (IOException e) when (e.HResult == DurableFiles.TooManyNames)
        {
            File.Delete(Path.Combine(names, "0"));
        }

        Assert.SkipWhen(count == 70_000, "this file system gives a file any number of names");

        // One name for the version, none for the view of it; then none at all.
        var copy = Shipment.Of(bench, p => p with { Name = "lab/copy", Files = [("a.txt", new string('a', 500) + "\n")] });
        var second = await CarryAsync(bench, copy, session: 2, Blocks(copy, "a.txt"));
        Assert.Equal(ImportState.Published, second.State);
        Assert.True(AreOne(bench, first, second, "a.txt"));
        Assert.Equal(
            await ReadAsync(bench, first, "a.txt"),
            await File.ReadAllTextAsync(Path.Combine(bench.Root, "hub/datasets--lab--copy/snapshots", second.Claim!.Manifest.Hex[..40], "a.txt"), Cancellation));
        var third = Shipment.Of(bench, p => p with { Name = "lab/third", Files = [("a.txt", new string('a', 500) + "\n")] });
        await bench.SendAsync(third, 3, Blocks(third, "a.txt"));
        Assert.Equal(ImportState.Incomplete, (await bench.FindAsync(third.TransferId)).State);
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(third, session: 4)).State);
    }

    [Fact]
    public async Task What_is_held_needs_no_room()
    {
        await using var bench = await HighBench.OpenAsync();
        await bench.CarryAsync(Shipment.Of(bench));
        bench.ReserveBytes = long.MaxValue / 2;
        await bench.RestartAsync();
        var copy = Shipment.Of(bench, p => p with { Name = "lab/copy" });
        var session = await bench.Intake.OpenAsync(HighBench.Lane, copy.Header(2), Cancellation);
        Assert.Equal(0, session!.MissingBlocks);
        var refused = await bench.CarryAsync(Next(bench, Readme), session: 3);
        Assert.Equal(RefusalCode.StorageFull, refused.Refusal?.Code);
    }

    /// <summary>Version 2, which differs from the first in one file.</summary>
    private static Shipment Next(HighBench bench, string changed) =>
        Shipment.Of(bench, p => p with
        {
            Version = "2",
            Sequence = 2,
            Files = [.. p.Files.Select(file => file.Path == changed ? (file.Path, file.Text + (changed == Readme ? "More.\n" : "{\"a\":1,\"b\":2}\n")) : file)],
        });

    /// <summary>The blocks that lie wholly in some of a shipment's files.</summary>
    private static int[] Blocks(Shipment shipment, params string[] paths)
    {
        var envelope = Envelope.Parse(shipment.Documents.Manifest).Succeeded(out var parsed, out _) ? parsed : throw new InvalidOperationException();
        var manifest = Manifest.Parse(envelope.Payload).Succeeded(out var read, out _) ? read : throw new InvalidOperationException();
        var header = shipment.Header(1);
        return
        [
            .. BlockRanges.Inside(manifest.SpansOf(index => paths.Contains(manifest.Files[index].Path.Value)), header.Geometry.PayloadBytes, manifest.TotalBytes)
                .Numbers().Select(block => (int)block),
        ];
    }

    private static async Task<ImportRecord> CarryAsync(HighBench bench, Shipment shipment, ulong session, int[] spared)
    {
        Assert.NotNull(await bench.SendAsync(shipment, session, spared));
        await bench.Verification.VerifyAsync(shipment.TransferId, Cancellation);
        return await bench.FindAsync(shipment.TransferId);
    }

    private static async Task RevokeAsync(HighBench bench, ImportRecord import)
    {
        foreach (var person in new[] { "dave", "erin" })
        {
            var outcome = await bench.Withdrawal.RevokeAsync(import.Id, "leaked", (Guid.NewGuid().ToString(), Digest.Of("test"u8)), person, person, Cancellation);
            Assert.True(outcome.Succeeded(out _, out var refusal), refusal?.ToString());
        }
    }

    private static void Rot(HighBench bench, ImportRecord import, string path)
    {
        var full = Path.Combine(bench.Root, import.Path!, path);
        var mode = File.GetUnixFileMode(full);
        File.SetUnixFileMode(full, mode | UnixFileMode.UserWrite);
        using (var file = new FileStream(full, FileMode.Open, FileAccess.ReadWrite))
        {
            file.WriteByte((byte)'x');
        }

        File.SetUnixFileMode(full, mode);
    }

    private static async Task ScrubAllAsync(HighBench bench)
    {
        await bench.Catalog.RequestScrubAsync("dave", Cancellation);
        while (await bench.Scrubber.ScrubNextAsync(Cancellation))
        {
            // The next one.
        }
    }

    private static Task<string> ReadAsync(HighBench bench, ImportRecord import, string path) =>
        File.ReadAllTextAsync(Path.Combine(bench.Root, import.Path!, path), Cancellation);

    /// <summary>True where both names are of one file: a mode is the file's, not the name's.</summary>
    private static bool AreOne(HighBench bench, ImportRecord one, ImportRecord other, string path)
    {
        var (first, second) = (Path.Combine(bench.Root, one.Path!, path), Path.Combine(bench.Root, other.Path!, path));
        var before = File.GetUnixFileMode(first);
        File.SetUnixFileMode(first, UnixFileMode.UserRead);
        var same = File.GetUnixFileMode(second) == UnixFileMode.UserRead;
        File.SetUnixFileMode(first, before);
        return same;
    }
}
