using Gateway.Core;
using Gateway.Core.Ledger;
using Gateway.High.Receive;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High.Receive;

public sealed class IntakeTests
{
    [Fact]
    public async Task Lost_blocks_leave_it_incomplete_and_a_second_session_brings_only_those()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var first = await bench.SendAsync(shipment, session: 1, lost: [1, 4]);
        var incomplete = await bench.FindAsync(shipment.TransferId);
        Assert.Equal(
            (ImportState.Incomplete, RefusalCode.BlocksMissing, 2L), (incomplete.State, incomplete.Refusal?.Code, incomplete.MissingBlocks));

        await bench.RestartAsync();
        var second = await bench.Intake.OpenAsync(HighBench.Lane, shipment.Header(2), default);
        Assert.NotNull(second);
        Assert.Equal([1, 4], Enumerable.Range(0, (int)second.Blocks).Where(block => !second.Has(block)));
        foreach (var block in new[] { 1, 4 })
        {
            await second.WriteAsync(block, shipment.Block(block, second.BlockBytes), default);
        }

        Assert.Equal(first!.Blocks, second.Blocks);
        await bench.Verification.VerifyAsync(shipment.TransferId, default);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(shipment.TransferId)).State);
    }

    [Fact]
    public async Task Organisation_holds_no_more_than_its_quota_of_what_is_open_and_published()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = Shipment.Of(bench);
        bench.BytesPerOrganisation = (2 * first.Header(1).TotalBytes) + 1;
        await bench.RestartAsync();
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(first)).State);
        await bench.SendAsync(Shipment.Of(bench, p => p with { Name = "Lab/open" }), session: 2, lost: [1]);

        var refused = await bench.CarryAsync(Shipment.Of(bench, p => p with { Name = "lab/third", Files = [("a.txt", "two\n")] }), session: 3);
        Assert.Equal(RefusalCode.QuotaExceeded, refused.Refusal?.Code);
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(Shipment.Of(bench, p => p with { Name = "lab0/fits" }), session: 4)).State);
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(Shipment.Of(bench, p => p with { Name = "lab/small", Files = [("a.txt", "\n")] }), session: 5)).State);
    }

    [Fact]
    public async Task Crash_while_receiving_claims_no_block_that_was_not_reported()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var destination = await bench.Intake.OpenAsync(HighBench.Lane, shipment.Header(1), default);
        await destination!.WriteAsync(0, shipment.Block(0, destination.BlockBytes), default);
        await bench.RestartAsync();
        Assert.Equal(ImportState.Incomplete, (await bench.FindAsync(shipment.TransferId)).State);
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(shipment, session: 2)).State);
    }

    [Fact]
    public async Task An_import_that_stopped_while_the_catalog_could_not_be_written_is_incomplete_once_it_can()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var destination = await bench.Intake.OpenAsync(HighBench.Lane, shipment.Header(1), default);
        await destination!.WriteAsync(0, shipment.Block(0, destination.BlockBytes), default);
        await bench.FillCatalogAsync(full: true);
        await destination.SessionEndedAsync(default);
        await bench.Intake.RecordStoppedAsync(default);
        Assert.Equal(ImportState.Receiving, (await bench.FindAsync(shipment.TransferId)).State);

        await bench.FillCatalogAsync(full: false);
        await bench.Intake.RecordStoppedAsync(default);
        Assert.Equal(ImportState.Incomplete, (await bench.FindAsync(shipment.TransferId)).State);
    }

    [Fact]
    public async Task An_import_that_was_resumed_since_the_catalog_could_not_be_written_is_left_receiving()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var destination = await bench.Intake.OpenAsync(HighBench.Lane, shipment.Header(1), default);
        await bench.FillCatalogAsync(full: true);
        await destination!.SessionEndedAsync(default);
        await bench.FillCatalogAsync(full: false);
        await using var resumed = await bench.Intake.OpenAsync(HighBench.Lane, shipment.Header(2), default);
        await bench.Intake.RecordStoppedAsync(default);

        var import = await bench.FindAsync(shipment.TransferId);
        Assert.Equal((ImportState.Receiving, 2L), (import.State, import.Session.Number));
    }

    [Fact]
    public async Task Every_change_of_state_is_told_once()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var told = new List<ImportState>();
        bench.Catalog.StateChanged += import => told.Add(import.State);
        await using (await bench.Intake.OpenAsync(HighBench.Lane, shipment.Header(1), default))
        {
            await bench.Catalog.SuspendAsync(shipment.TransferId, default);
            await bench.Catalog.SuspendAsync(shipment.TransferId, default);
        }

        await bench.CarryAsync(shipment, session: 2);
        Assert.Equal([ImportState.Receiving, ImportState.Incomplete, ImportState.Receiving, ImportState.Verifying, ImportState.Published], told);
    }

    [Fact]
    public async Task Quarantined_transfer_is_not_consumed_and_begins_anew()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        Assert.Equal(ImportState.Quarantined, (await bench.CarryAsync(shipment.WithByteFlipped(100))).State);
        Assert.True(Directory.Exists(Path.Combine(bench.Root, "quarantine", shipment.TransferId, "tree")));
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(shipment, session: 2)).State);
    }

    [Fact]
    public async Task Open_transfer_id_is_refused_to_another_release_and_stays_as_it_is()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        await bench.SendAsync(shipment, session: 1, lost: [0]);
        var other = Shipment.Of(bench, p => p with { TransferId = shipment.TransferId, Version = "2" });
        Assert.Null(await bench.SendAsync(other, session: 2));
        Assert.Equal(ImportState.Incomplete, (await bench.FindAsync(shipment.TransferId)).State);
        var refused = Assert.Single(await bench.Catalog.ListAsync(ImportState.Quarantined, null, 10, default));
        Assert.StartsWith(ImportRecord.UnverifiedPrefix, refused.Id, StringComparison.Ordinal);
        Assert.Equal(RefusalCode.VersionTaken, refused.Refusal?.Code);
    }

    [Fact]
    public async Task Two_transfers_race_for_one_version_and_one_wins()
    {
        await using var bench = await HighBench.OpenAsync();
        var one = Shipment.Of(bench);
        var two = Shipment.Of(bench, p => p with { Sequence = 2, Files = [("a.txt", "other\n")] });
        await bench.SendAsync(one, session: 1);
        await bench.SendAsync(two, session: 2);
        await bench.Verification.VerifyAsync(two.TransferId, default);
        await bench.Verification.VerifyAsync(one.TransferId, default);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(two.TransferId)).State);
        Assert.Equal(RefusalCode.VersionPublished, (await bench.FindAsync(one.TransferId)).Refusal?.Code);
    }

    [Fact]
    public async Task Artifact_of_empty_files_needs_no_block()
    {
        await using var bench = await HighBench.OpenAsync();
        var import = await bench.CarryAsync(Shipment.Of(bench, p => p with { Files = [("LICENSE", ""), ("notes/a.txt", "")] }));
        Assert.Equal((ImportState.Published, null), (import.State, import.Refusal?.ToString()));
        Assert.Equal(0, new FileInfo(Path.Combine(bench.Root, import.Path!, "notes/a.txt")).Length);
    }

    [Fact]
    public async Task No_room_and_too_large_are_refused_before_a_block_is_taken()
    {
        await using var bench = await HighBench.OpenAsync();
        var large = await bench.CarryAsync(Shipment.Of(bench, p => p with { Files = [("a.txt", new string('a', 2 << 20))] }));
        Assert.Equal(RefusalCode.TooLarge, large.Refusal?.Code);
        bench.ReserveBytes = 1L << 60;
        await bench.RestartAsync();
        var full = await bench.CarryAsync(Shipment.Of(bench));
        Assert.Equal(RefusalCode.StorageFull, full.Refusal?.Code);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(bench.Root, "staging")));
    }

    [Fact]
    public async Task Incomplete_transfer_that_expired_is_refused_by_the_restart_and_its_space_given_back()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        await bench.SendAsync(shipment, session: 1, lost: [0]);
        bench.Time.Advance(TimeSpan.FromDays(8));
        await bench.RestartAsync();
        Assert.Equal(RefusalCode.Expired, (await bench.FindAsync(shipment.TransferId)).Refusal?.Code);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(bench.Root, "staging")));
    }

    [Fact]
    public async Task Header_that_nobody_signed_is_recorded_without_its_transfer_id_and_once()
    {
        await using var bench = await HighBench.OpenAsync();
        var forged = Shipment.Of(bench, p => p with { Approvers = [] });
        await bench.SendAsync(forged, session: 1);
        await bench.SendAsync(forged, session: 2);
        var refused = Assert.Single(await bench.Catalog.ListAsync(null, null, 10, default));
        Assert.StartsWith(ImportRecord.UnverifiedPrefix, refused.Id, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(bench.Root, "staging")));
    }

    [Fact]
    public async Task Refused_headers_beyond_the_limit_leave_one_audit_record_together()
    {
        await using var bench = await HighBench.OpenAsync();
        var forged = Shipment.Of(bench, p => p with { Approvers = [] });
        for (var session = 1UL; session <= RefusalRecords.Burst + 5; session++)
        {
            Assert.Null(await bench.SendAsync(forged, session));
        }

        Assert.Equal(RefusalRecords.Burst, (await AuditAsync(bench, "import.quarantined")).Count);
        await bench.FillCatalogAsync(full: true);
        await bench.Refusals.SummariseAsync(default);
        await bench.FillCatalogAsync(full: false);
        await bench.Refusals.SummariseAsync(default);
        await bench.Refusals.SummariseAsync(default);
        Assert.Contains("5 refused headers", Assert.Single(await AuditAsync(bench, "headers.dropped")).Entry.Detail, StringComparison.Ordinal);

        bench.Time.Advance(RefusalRecords.Refill);
        await bench.SendAsync(forged, session: 1001);
        await bench.SendAsync(forged, session: 1002);
        Assert.Equal(RefusalRecords.Burst + 1, (await AuditAsync(bench, "import.quarantined")).Count);
    }

    [Fact]
    public async Task Forged_headers_do_not_use_up_the_records_of_signed_ones()
    {
        await using var bench = await HighBench.OpenAsync();
        while (bench.Refusals.TryTake(HighBench.Lane, believed: false))
        {
        }

        var signed = Shipment.Of(bench, p => p with { Files = [("a.txt", new string('a', 2 << 20))] });
        Assert.Equal(RefusalCode.TooLarge, (await bench.CarryAsync(signed)).Refusal?.Code);
        Assert.True(bench.Refusals.TryTake("lane-2", believed: false));
    }

    private static async Task<IReadOnlyList<AuditRecord>> AuditAsync(HighBench bench, string action) =>
        [.. (await bench.Catalog.ListAuditAsync(0, 10_000, default)).Where(record => record.Entry.Action == action)];
}
