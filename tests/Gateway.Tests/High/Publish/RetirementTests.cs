using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Publish;
using Gateway.Storage.High;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Gateway.Tests.High.Publish.RetainedVersions;

namespace Gateway.Tests.High.Publish;

/// <summary>What is left of a version that a rule retired, whatever interrupts that.</summary>
public sealed class RetirementTests : IAsyncLifetime
{
    private HighBench bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bench = await OpenAsync(new RetentionRuleOptions("lab/sums", KeepLast: 1));

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task File_that_another_version_shares_stays_whole()
    {
        var versions = await PublishAsync(bench, 2);
        await AcknowledgeAsync(bench, versions[0]);
        var (first, second) = (Path.Combine(bench.Root, versions[0].Path!), Path.Combine(bench.Root, versions[1].Path!));
        foreach (var file in new[] { "README.md", "data/train.jsonl" })
        {
            var shared = Path.Combine(second, file);
            File.SetUnixFileMode(Path.GetDirectoryName(shared)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.Delete(shared);
            Gateway.Storage.DurableFiles.Link(Path.Combine(first, file), shared);
        }

        await bench.Retention.SweepAsync(Cancellation);
        Assert.Equal(ImportState.Retired, (await bench.FindAsync(versions[0].Id)).State);
        Assert.False(File.Exists(Path.Combine(first, "README.md")));

        // An import that lacks files is given those of the version that stays, and none of the other's.
        Assert.Equal(
            [Digest.Of("# Sums\n"u8)], (await bench.Catalog.FindHoldersAsync([Digest.Of("# Sums\n"u8), Digest.Of("1\n"u8)], Cancellation)).Keys);
        Assert.Equal(0, await bench.Catalog.WriteAsync(transaction => transaction.Execute("DELETE FROM published_files WHERE import_id = @Id", new { versions[0].Id }), Cancellation));
        await ScrubAsync();
        Assert.Equal((1L, 0L), ((await bench.Catalog.FindScrubRunAsync(Cancellation))!.Versions, (await bench.Catalog.FindScrubRunAsync(Cancellation))!.Rotten));
        Assert.Equal("# Sums\n", await File.ReadAllTextAsync(Path.Combine(bench.Root, "hub/datasets--lab--sums/snapshots", versions[1].Claim!.Manifest.Hex[..40], "README.md"), Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Crash_at_any_step_is_carried_on_by_the_restart(int step)
    {
        var versions = await PublishAsync(bench, 2);
        await AcknowledgeAsync(bench, versions[0]);
        Assert.NotNull(await bench.Catalog.RetireAsync(versions[0].Id, bench.Retention.Rules, Cancellation));
        var (claim, bytes) = (versions[0].Claim!, Path.Combine(bench.Root, "retired", versions[0].Id));
        if (step > 0)
        {
            bench.Hub.Remove(claim, [versions[1].Claim!]);
        }

        if (step > 1)
        {
            bench.Published.Withdraw(claim.Artifact, bytes);
        }

        if (step > 2)
        {
            bench.Published.TakeAway(claim.Artifact, bytes, PublishedFiles.Retired, "{}"u8);
        }

        if (step > 3)
        {
            // Half deleted.
            await bench.Catalog.RecordWithdrawnAsync(versions[0].Id, Cancellation);
            await bench.Catalog.RecordBytesDeletedAsync(versions[0].Id, Cancellation);
            File.Delete(Path.Combine(bytes, "README.md"));
        }

        await bench.RestartAsync();
        Assert.Empty(await bench.Catalog.ListToWithdrawAsync(Cancellation));
        Assert.Contains("datasets/lab/sums/1/_RETIRED", bench.Visible());
        Assert.DoesNotContain("datasets/lab/sums/1/README.md", bench.Visible());
        Assert.Equal("2", Current(bench));
        Assert.Single(Directory.GetDirectories(Path.Combine(bench.Root, "hub/datasets--lab--sums/snapshots")));

        await bench.Retention.SweepAsync(Cancellation);
        Assert.False(Path.Exists(bytes));
        Assert.NotNull((await bench.FindAsync(versions[0].Id)).BytesDeleted);
        Assert.Single(await AuditAsync(bench, "import.bytes-deleted"));
    }

    [Fact]
    public async Task Version_that_the_disk_holds_back_holds_back_no_other_and_is_tried_again()
    {
        var versions = await PublishAsync(bench, 3);
        await AcknowledgeAsync(bench, versions[0]);
        await AcknowledgeAsync(bench, versions[1]);
        var obstacle = Directory.CreateDirectory(Path.Combine(bench.Root, "retired", versions[1].Id)).FullName;
        await bench.Retention.SweepAsync(Cancellation);
        Assert.Equal(ImportState.Retired, (await bench.FindAsync(versions[1].Id)).State);
        Assert.Equal(versions[1].Id, Assert.Single(await bench.Catalog.ListToWithdrawAsync(Cancellation)).Id);
        Assert.Contains("datasets/lab/sums/1/_RETIRED", bench.Visible());

        Directory.Delete(obstacle);
        await bench.Retention.SweepAsync(Cancellation);
        Assert.Empty(await bench.Catalog.ListToWithdrawAsync(Cancellation));
        Assert.Contains("datasets/lab/sums/2/_RETIRED", bench.Visible());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(bench.Root, "retired")));
    }

    [Fact]
    public async Task Ledger_refuses_the_same_version_again_and_still_compares_a_new_one_with_it()
    {
        var shipment = Version(bench, "lab/sums", 1);
        var first = await bench.CarryAsync(shipment);
        await PublishAsync(bench, 1, first: 2);
        await AcknowledgeAsync(bench, first);
        await bench.Retention.SweepAsync(Cancellation);
        Assert.Equal(RefusalCode.TransferConsumed, (await bench.CarryAsync(shipment, session: 2)).Refusal?.Code);
        Assert.Equal(RefusalCode.VersionRetired, (await bench.CarryAsync(Shipment.Of(bench, p => p with { Sequence = 3 }), session: 3)).Refusal?.Code);
        Assert.Equal(RefusalCode.SequenceNotNewer, (await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "9", Sequence = 2 }), session: 4)).Refusal?.Code);
        Assert.Equal(RefusalCode.VersionRetired, (await bench.Catalog.RevokeAsync(first.Id, "leaked", Request(), "dave", "dave", Cancellation)).Refusal?.Code);
        Assert.Equal(RefusalCode.VersionRetired, (await bench.Catalog.PinAsync(first.Id, "paper", Request(), "cara", Cancellation)).Refusal?.Code);

        foreach (var (version, changed, code) in new[] { ("3", 0, (RefusalCode?)RefusalCode.InspectionDisagrees), ("4", 1, null) })
        {
            var next = await bench.CarryAsync(
                Shipment.Of(bench, p => p with
                {
                    Version = version,
                    Sequence = 3,
                    Previous = new("1", first.Claim!.Manifest, Added: 1, Removed: 3, changed, Tensors: null),
                    Files = [("README.md", "# More sums\n"), ("new.txt", "new\n")],
                }),
                session: 5);
            Assert.Equal(code, next.Refusal?.Code);
        }
    }

    [Fact]
    public async Task Service_looks_when_it_starts_and_every_hour()
    {
        var versions = await PublishAsync(bench, 3);
        await AcknowledgeAsync(bench, versions[0]);
        using var service = new RetentionService(bench.Retention, bench.Time, NullLogger<RetentionService>.Instance);
        await service.StartAsync(Cancellation);
        await UntilAsync(versions[0], advance: TimeSpan.Zero);
        await AcknowledgeAsync(bench, versions[1]);
        await UntilAsync(versions[1], advance: RetentionService.Interval);
        await service.StopAsync(Cancellation);
    }

    private async Task ScrubAsync()
    {
        await bench.Catalog.RequestScrubAsync("dave", Cancellation);
        while (await bench.Scrubber.ScrubNextAsync(Cancellation))
        {
            // The next one.
        }
    }

    private async Task UntilAsync(ImportRecord import, TimeSpan advance)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var changed = bench.Catalog.Changes.Next;
            if ((await bench.FindAsync(import.Id)).State == ImportState.Retired)
            {
                return;
            }

            bench.Time.Advance(advance);
            await changed.WaitAsync(deadline.Token);
        }
    }
}
