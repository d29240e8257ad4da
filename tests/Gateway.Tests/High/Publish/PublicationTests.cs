using Gateway.Core;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High.Publish;

/// <summary>States that a crash leaves on disk, made by hand, and what a restart makes of them.</summary>
public sealed class PublicationTests
{
    [Fact]
    public async Task Crash_after_the_last_block_is_verified_and_published_by_the_restart()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        await bench.SendAsync(shipment);
        await bench.RestartAsync();
        Assert.Equal(shipment.TransferId, await bench.NextWaitingAsync());
        Assert.Empty(bench.Visible());
        await bench.Verification.VerifyAsync(shipment.TransferId, default);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(shipment.TransferId)).State);
    }

    [Fact]
    public async Task Crash_between_rename_and_commit_is_completed_once()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        await bench.SendAsync(shipment);
        var import = await bench.FindAsync(shipment.TransferId);
        await RenameAsync(bench, import, import.Claim!.TransferId);

        // The release expires meanwhile: the version is visible already, so its record must follow all the same.
        bench.Time.Advance(TimeSpan.FromDays(8));
        await bench.RestartAsync();
        await bench.RestartAsync();

        Assert.Equal(ImportState.Published, (await bench.FindAsync(import.Id)).State);
        Assert.Single((await bench.Catalog.ListEventsAsync(0, 100, default)).Events, e => e.Import.State == ImportState.Published);
        Assert.Equal("1", Current(bench));
        Assert.Equal(RefusalCode.TransferConsumed, (await bench.Catalog.FindObjectionAsync(import.Claim, default))?.Code);
    }

    [Fact]
    public async Task Crash_between_verdict_and_rename_is_verified_again()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        await bench.SendAsync(shipment);
        var verdict = Path.Combine(bench.Staging.TreeOf(shipment.TransferId), ".gateway/verdict.json");
        await File.WriteAllTextAsync(verdict, "{}", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(verdict + ".new", "{", TestContext.Current.CancellationToken);
        await bench.RestartAsync();
        await bench.Verification.VerifyAsync(shipment.TransferId, default);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(shipment.TransferId)).State);
    }

    [Fact]
    public async Task Interrupted_publication_is_completed_before_a_newer_version_is_verified()
    {
        await using var bench = await HighBench.OpenAsync();
        var newer = Shipment.Of(bench, p => p with { Version = "2", Sequence = 2 });
        var older = Shipment.Of(bench);
        await bench.SendAsync(newer);
        await bench.SendAsync(older);
        await RenameAsync(bench, await bench.FindAsync(older.TransferId), older.TransferId);
        await bench.RestartAsync();

        Assert.Equal(ImportState.Published, (await bench.FindAsync(older.TransferId)).State);
        Assert.Equal(newer.TransferId, await bench.NextWaitingAsync());
        await bench.Verification.VerifyAsync(newer.TransferId, default);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(newer.TransferId)).State);
        Assert.Equal("2", Current(bench));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Interrupted_publication_that_the_ledger_refuses_is_withdrawn_from_readers(bool wasCurrent)
    {
        await using var bench = await HighBench.OpenAsync();
        var older = Shipment.Of(bench);
        await bench.SendAsync(older);
        var import = await bench.FindAsync(older.TransferId);
        await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "2", Sequence = 2 }));
        var visible = bench.Visible();
        await RenameAsync(bench, import, older.TransferId);
        if (wasCurrent)
        {
            bench.Published.MakeCurrent(import.Claim!.Artifact);
        }

        await bench.RestartAsync();
        await bench.RestartAsync();

        var after = await bench.FindAsync(older.TransferId);
        Assert.Equal((ImportState.Quarantined, RefusalCode.SequenceNotNewer), (after.State, after.Refusal?.Code));
        Assert.Equal(visible.Order(), bench.Visible().Order());
        Assert.Equal("2", Current(bench));
        Assert.True(Directory.Exists(Path.Combine(bench.Root, "quarantine", older.TransferId, "tree")));
    }

    [Fact]
    public async Task Interrupted_publication_that_cannot_be_completed_does_not_stop_the_others()
    {
        await using var bench = await HighBench.OpenAsync();
        var stuck = Shipment.Of(bench);
        var other = Shipment.Of(bench, p => p with { Name = "lab/products" });
        await bench.SendAsync(stuck);
        await bench.SendAsync(other);
        await RenameAsync(bench, await bench.FindAsync(stuck.TransferId), stuck.TransferId);
        var obstacle = Directory.CreateDirectory(Path.Combine(bench.Root, "published/datasets/lab/sums/.current.new"));
        await bench.RestartAsync();

        Assert.Equal(ImportState.Verifying, (await bench.FindAsync(stuck.TransferId)).State);
        Assert.False((await bench.Catalog.FindPublishedAsync("lab/sums", null, default)).Succeeded(out _, out _));
        Assert.Equal(other.TransferId, await bench.NextWaitingAsync());

        obstacle.Delete();
        await bench.RestartAsync();
        Assert.Equal(ImportState.Published, (await bench.FindAsync(stuck.TransferId)).State);
    }

    [Fact]
    public async Task Version_may_be_called_like_the_draft_of_a_link()
    {
        await using var bench = await HighBench.OpenAsync();
        var import = await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "current.new" }));
        Assert.Equal((ImportState.Published, null), (import.State, import.Refusal?.ToString()));
        Assert.Equal("current.new", Current(bench));
    }

    [Fact]
    public async Task Directory_that_another_release_published_is_never_taken_for_this_one()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        await bench.SendAsync(shipment);
        var import = await bench.FindAsync(shipment.TransferId);
        await RenameAsync(bench, import, new string('0', 32));
        await bench.RestartAsync();
        await bench.Verification.VerifyAsync(import.Id, default);
        var after = await bench.FindAsync(import.Id);
        Assert.Equal((ImportState.Quarantined, RefusalCode.FileMissing), (after.State, after.Refusal?.Code));
    }

    [Fact]
    public async Task Crash_between_setting_bytes_aside_and_the_record_of_it_is_verified_again()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench).WithByteFlipped(200);
        await bench.SendAsync(shipment);
        bench.Staging.Quarantine(shipment.TransferId);
        await bench.RestartAsync();
        await bench.Verification.VerifyAsync(shipment.TransferId, default);
        Assert.Equal(RefusalCode.DigestMismatch, (await bench.FindAsync(shipment.TransferId)).Refusal?.Code);
    }

    [Fact]
    public async Task Current_follows_the_sequence_and_published_files_are_read_only()
    {
        await using var bench = await HighBench.OpenAsync();
        await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "10", Sequence = 3 }));
        var newer = await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "2", Sequence = 4 }));
        await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "11", Sequence = 2 }));
        Assert.Equal("2", Current(bench));
        Assert.True((await bench.Catalog.FindPublishedAsync("lab/sums", null, default)).Succeeded(out var current, out _));
        Assert.Equal(newer.Id, current.Id);
        foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(bench.Root, newer.Path!), "*", SearchOption.AllDirectories))
        {
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
            }
        }
    }

    private static string Current(HighBench bench) =>
        File.ResolveLinkTarget(Path.Combine(bench.Root, "published/datasets/lab/sums/current"), false)!.Name;

    private static async Task RenameAsync(HighBench bench, ImportRecord import, string transferId)
    {
        var claim = import.Claim!;
        var verdict = $$"""
            {"format":1,"enclave":"{{HighBench.EnclaveId}}","transferId":"{{transferId}}","kind":"dataset","name":"lab/sums","version":"1","class":"internal",
            "sequence":1,"releaseSha256":"{{claim.Release}}","manifestSha256":"{{claim.Manifest}}","inspectionSha256":"{{claim.Manifest}}","submitter":"eva",
            "approvers":["ann","bob"],"approvalsRequired":2,"files":3,"bytes":{{claim.Bytes}},"trustRootVersion":1,"trustRootSha256":"{{claim.Manifest}}",
            "policySha256":"{{claim.Manifest}}","permittedBy":[],"verifierVersion":"1","time":"2026-03-01T12:00:00+00:00"}
            """;
        await File.WriteAllTextAsync(Path.Combine(bench.Staging.TreeOf(import.Id), ".gateway/verdict.json"), verdict);
        bench.Published.Add(bench.Staging.TreeOf(import.Id), claim.Artifact);
    }
}
