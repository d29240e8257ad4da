using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Publish;
using Gateway.Storage.High;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Gateway.Tests.High.Publish.RetainedVersions;

namespace Gateway.Tests.High.Publish;

/// <summary>Which versions rules retire, and why the others are kept.</summary>
public sealed class RetentionTests : IAsyncLifetime
{
    private HighBench bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bench = await OpenAsync(new RetentionRuleOptions("lab/sums", KeepLast: 1));

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task Versions_beyond_the_last_go_for_good_once_somebody_took_them_over()
    {
        await using var high = await OpenAsync(new RetentionRuleOptions("lab/sums", KeepLast: 2));
        var versions = await PublishAsync(high, 5);
        var other = await PublishAsync(high, 2, "lab/other");
        foreach (var taken in new[] { versions[0], versions[2], versions[3], other[0] })
        {
            await AcknowledgeAsync(high, taken);
        }

        await high.Retention.SweepAsync(Cancellation);
        Assert.Equal(
            [ImportState.Retired, ImportState.Published, ImportState.Retired, ImportState.Published, ImportState.Published],
            await Task.WhenAll(versions.Select(async version => (await high.FindAsync(version.Id)).State)));
        Assert.Equal(ImportState.Published, (await high.FindAsync(other[0].Id)).State);

        var retired = await high.FindAsync(versions[2].Id);
        Assert.Equal((null, "lab/sums keepLast=2 keepUnacknowledged=true", high.Time.GetUtcNow()), (retired.Path, retired.Retirement?.Rule, retired.Retirement?.Time));
        Assert.NotNull(retired.BytesDeleted);
        Assert.Equal([versions[2].Id, versions[0].Id], (await high.Catalog.ListEventsAsync(0, 100, Cancellation)).Events.Where(e => e.Import.State == ImportState.Retired).Select(e => e.Import.Id));
        Assert.Equal(
            ["lab/sums@3, rule lab/sums keepLast=2 keepUnacknowledged=true", "lab/sums@1, rule lab/sums keepLast=2 keepUnacknowledged=true"],
            (await AuditAsync(high, "import.retired")).Select(entry => entry.Detail));
        Assert.Equal(2, (await AuditAsync(high, "import.bytes-deleted")).Count(entry => entry.Detail.EndsWith("is retired", StringComparison.Ordinal)));

        Assert.Equal(
            [".gateway/inspection.dsse.json", ".gateway/manifest.dsse.json", ".gateway/release.dsse.json", ".gateway/verdict.json", "_RETIRED"],
            high.Visible().Where(path => path.Contains("/sums/3/", StringComparison.Ordinal)).Select(path => path["datasets/lab/sums/3/".Length..]).Order(StringComparer.Ordinal));
        Assert.Contains("keepLast=2", await File.ReadAllTextAsync(Path.Combine(high.Root, "published/datasets/lab/sums/3/_RETIRED"), Cancellation), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(high.Root, "retired")));
        Assert.Equal("5", Current(high));
        var hub = Path.Combine(high.Root, "hub/datasets--lab--sums");
        Assert.Equal(["2", "4", "5", "main"], Directory.GetFiles(Path.Combine(hub, "refs")).Select(Path.GetFileName).Order());
        Assert.Equal(3, Directory.GetDirectories(Path.Combine(hub, "snapshots")).Length);

        // Nothing is left to do.
        await high.Retention.SweepAsync(Cancellation);
        Assert.Equal(2, (await AuditAsync(high, "import.retired")).Count);
    }

    [Fact]
    public async Task First_rule_that_fits_counts_and_may_let_go_what_nobody_took_over()
    {
        await using var high = await OpenAsync(
            new("lab/*", KeepLast: 1, Kind: "checkpoint"), new("LAB/s*", KeepLast: 2, KeepUnacknowledged: false), new("*/*", KeepLast: 1, KeepUnacknowledged: false));
        var sums = await PublishAsync(high, 3);
        var other = await PublishAsync(high, 2, "lab/other");
        await high.Retention.SweepAsync(Cancellation);
        Assert.Equal(
            [(sums[0].Id, "LAB/s* keepLast=2 keepUnacknowledged=false"), (other[0].Id, "*/* keepLast=1 keepUnacknowledged=false")],
            (await high.Catalog.ListAsync(ImportState.Retired, null, 10, Cancellation)).Select(import => (import.Id, import.Retirement!.Rule)).Reverse());
    }

    [Fact]
    public async Task Every_version_that_is_kept_is_so_for_a_reason_that_is_told()
    {
        var versions = await PublishAsync(bench, 7);
        var other = await PublishAsync(bench, 2, "lab/other");
        var consumers = bench.Catalog;
        foreach (var version in versions.Take(5))
        {
            await AcknowledgeAsync(bench, version);
        }

        await PinAsync(bench, versions[1]);
        Value(await bench.Catalog.RevokeAsync(versions[2].Id, "leaked", Request(), "dave", "dave", Cancellation));
        await OpenConsumerAsync("trainer");
        Assert.NotNull(Value(await consumers.TakeDeliveryAsync("trainer", "s", 1, "cara", Cancellation)).Delivery);

        // Everything is before its eyes, and nothing is made for it yet.
        var behind = await VerdictsAsync();
        Assert.Equal(
            [
                (other[0].Id, RetentionHold.NoRule, ""), (versions[5].Id, RetentionHold.Pending, "trainer"), (versions[4].Id, RetentionHold.Pending, "trainer"),
                (versions[3].Id, RetentionHold.Pending, "trainer"), (versions[2].Id, RetentionHold.RevocationRequested, "dave"),
                (versions[1].Id, RetentionHold.Pinned, "cara"), (versions[0].Id, RetentionHold.Pending, "trainer"),
            ],
            behind.Select(verdict => (verdict.Import.Id, verdict.Hold ?? 0, verdict.Detail)));
        Assert.Equal("lab/sums keepLast=1 keepUnacknowledged=true", behind[1].Rule?.ToString());
        await bench.Retention.SweepAsync(Cancellation);
        Assert.Empty(await bench.Catalog.ListAsync(ImportState.Retired, null, 10, Cancellation));

        Assert.Null(await consumers.DeleteConsumerAsync("trainer", "cara", any: true, Cancellation));
        await bench.Retention.SweepAsync(Cancellation);
        Assert.Equal(
            [RetentionHold.NoRule, RetentionHold.Unacknowledged, RetentionHold.RevocationRequested, RetentionHold.Pinned],
            (await VerdictsAsync()).Select(verdict => verdict.Hold!.Value));
        Assert.Equal(
            [versions[0].Id, versions[3].Id, versions[4].Id], (await bench.Catalog.ListAsync(ImportState.Retired, null, 10, Cancellation)).Select(import => import.Id).Reverse());
        Assert.Equal(
            [RetentionHold.Newest, RetentionHold.Newest, RetentionHold.RevocationRequested, RetentionHold.Pinned],
            (await bench.Catalog.ListRetentionAsync([new("lab/*", null, 2, true)], ("", 0), 10, Cancellation)).Select(verdict => verdict.Hold!.Value));
    }

    [Fact]
    public async Task Version_waits_for_whoever_has_it_or_is_to_have_it_and_for_nobody_else()
    {
        var versions = await PublishAsync(bench, 2);
        await AcknowledgeAsync(bench, versions[0]);
        await OpenConsumerAsync("elsewhere", ConsumerSettings.Default with { Patterns = ["acme/*"] });
        await OpenConsumerAsync("trainer");
        Assert.Equal([RetentionHold.Pending], (await VerdictsAsync()).Select(verdict => verdict.Hold!.Value));
        var taken = Value(await bench.Catalog.TakeDeliveryAsync("trainer", "s", 1, "cara", Cancellation)).Delivery!;
        Assert.Equal(versions[0].Id, taken.Event.Import.Id);
        Assert.Equal("trainer", Assert.Single(await VerdictsAsync()).Detail);

        // Given back it waits again; given up it holds nothing.
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            Assert.Equal([RetentionHold.Pending], (await VerdictsAsync()).Select(verdict => verdict.Hold!.Value));
            Value(await bench.Catalog.ReleaseDeliveryAsync("trainer", taken.Id, "no room", TimeSpan.Zero, "cara", Cancellation));
            taken = attempt == 5 ? taken : Value(await bench.Catalog.TakeDeliveryAsync("trainer", "s", 1, "cara", Cancellation)).Delivery!;
        }

        Assert.Single(Value(await bench.Catalog.ListDeadLettersAsync("trainer", 0, 10, Cancellation)));
        await bench.Retention.SweepAsync(Cancellation);
        Assert.Equal(ImportState.Retired, (await bench.FindAsync(versions[0].Id)).State);
        Assert.Empty(Value(await bench.Catalog.ListDeadLettersAsync("trainer", 0, 10, Cancellation)));

        // Who begins from the beginning afterwards is handed what can be read.
        await OpenConsumerAsync("late");
        Assert.Equal(versions[1].Id, Value(await bench.Catalog.TakeDeliveryAsync("late", "s", 1, "cara", Cancellation)).Delivery!.Event.Import.Id);
    }

    [Fact]
    public async Task What_comes_between_the_question_and_the_retirement_counts()
    {
        var versions = await PublishAsync(bench, 3);
        await AcknowledgeAsync(bench, versions[0]);
        await AcknowledgeAsync(bench, versions[1]);
        Assert.All(await VerdictsAsync(), verdict => Assert.Null(verdict.Hold));
        await PinAsync(bench, versions[0]);
        Assert.Null(await bench.Withdrawal.RetireAsync(versions[0].Id, bench.Retention.Rules, Cancellation));
        foreach (var person in new[] { "dave", "erin" })
        {
            Value(await bench.Withdrawal.RevokeAsync(versions[2].Id, "leaked", Request(), person, person, Cancellation));
        }

        // The one that was old is the newest now.
        Assert.Null(await bench.Withdrawal.RetireAsync(versions[1].Id, bench.Retention.Rules, Cancellation));
        await bench.Retention.SweepAsync(Cancellation);
        Assert.Equal("2", Current(bench));
        Value(await bench.Catalog.UnpinAsync(versions[0].Id, Request(), "cara", Cancellation));
        Assert.Equal(ImportState.Retired, (await bench.Withdrawal.RetireAsync(versions[0].Id, bench.Retention.Rules, Cancellation))?.State);
        Assert.Null(await bench.Withdrawal.RetireAsync(versions[0].Id, bench.Retention.Rules, Cancellation));
    }

    [Fact]
    public async Task Version_that_waits_to_be_mended_is_neither_retired_nor_counted()
    {
        var versions = await PublishAsync(bench, 2);
        await AcknowledgeAsync(bench, versions[0]);
        var path = Path.Combine(bench.Root, versions[1].Path!, "z.txt");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(path, "rot", Cancellation);
        await ScrubAsync();
        Assert.Equal((ImportState.Incomplete, "1"), ((await bench.FindAsync(versions[1].Id)).State, Current(bench)));
        await bench.Retention.SweepAsync(Cancellation);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(versions[0].Id)).State);
        Assert.Equal("1", Current(bench));
    }

    [Fact]
    public async Task Old_versions_are_listed_in_pages_that_leave_none_out()
    {
        await PublishAsync(bench, 4);
        await PublishAsync(bench, 3, "lab/sums-a");
        await PublishAsync(bench, 3, "lab/alpha");
        var all = (await VerdictsAsync()).Select(verdict => $"{verdict.Import.Claim!.Artifact.FullName}@{verdict.Import.Claim.Artifact.Version}").ToList();
        Assert.Equal(["lab/alpha@2", "lab/alpha@1", "lab/sums@3", "lab/sums@2", "lab/sums@1", "lab/sums-a@2", "lab/sums-a@1"], all);
        var (paged, after) = (new List<string>(), ("", 0L));
        while (await bench.Catalog.ListRetentionAsync(bench.Retention.Rules, after, 2, Cancellation) is { Count: > 0 } page)
        {
            paged.AddRange(page.Select(verdict => $"{verdict.Import.Claim!.Artifact.FullName}@{verdict.Import.Claim.Artifact.Version}"));
            after = (page[^1].Import.Claim!.Artifact.FoldedName, page[^1].Import.Claim!.Sequence);
        }

        Assert.Equal(all, paged);
    }

    private Task<IReadOnlyList<RetentionVerdict>> VerdictsAsync() => bench.Catalog.ListRetentionAsync(bench.Retention.Rules, ("", 0), 100, Cancellation);

    private async Task OpenConsumerAsync(string name, ConsumerSettings? settings = null) =>
        Value(await bench.Catalog.OpenConsumerAsync(name, settings, fromBeginning: true, "cara", Cancellation));

    private async Task ScrubAsync()
    {
        await bench.Catalog.RequestScrubAsync("dave", Cancellation);
        while (await bench.Scrubber.ScrubNextAsync(Cancellation))
        {
            // The next one.
        }
    }
}
