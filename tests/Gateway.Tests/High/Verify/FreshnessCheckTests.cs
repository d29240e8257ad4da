using Gateway.Core;
using Gateway.High.Receive;
using Gateway.High.Verify;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High.Verify;

/// <summary>Check 4 by itself: intake and publication ask the same ledger, so only this shows that the check asks it too.</summary>
public sealed class FreshnessCheckTests
{
    [Fact]
    public async Task What_the_ledger_does_not_know_is_fresh()
    {
        await using var bench = await HighBench.OpenAsync();
        Assert.Null((await CheckAsync(bench, Shipment.Of(bench))).Refusal);
        await PublishAsync(bench, Shipment.Of(bench, p => p with { Version = "2", Sequence = 5 }));
        Assert.Null((await CheckAsync(bench, Shipment.Of(bench, p => p with { Version = "1", Sequence = 6 }))).Refusal);
    }

    [Fact]
    public async Task Consumed_transfer_id_is_refused_whatever_else_is_new()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await PublishAsync(bench, Shipment.Of(bench));
        var reused = Shipment.Of(bench, p => p with { TransferId = first.TransferId, Name = "lab/other", Version = "2", Sequence = 2 });
        Assert.Equal(RefusalCode.TransferConsumed, (await CheckAsync(bench, reused)).Refusal?.Code);
    }

    [Fact]
    public async Task Published_version_is_refused_with_the_same_content_and_with_other_content()
    {
        await using var bench = await HighBench.OpenAsync();
        await PublishAsync(bench, Shipment.Of(bench));
        var same = Shipment.Of(bench, p => p with { Sequence = 2 });
        var other = Shipment.Of(bench, p => p with { Sequence = 2, Files = [("other.txt", "other\n")] });
        Assert.Equal(RefusalCode.VersionTaken, (await CheckAsync(bench, same)).Refusal?.Code);
        Assert.Equal(RefusalCode.VersionPublished, (await CheckAsync(bench, other)).Refusal?.Code);
    }

    [Theory]
    [InlineData(4, RefusalCode.SequenceNotNewer)]
    [InlineData(5, RefusalCode.SequenceNotNewer)]
    [InlineData(1_000_006, RefusalCode.SequenceTooFar)]
    [InlineData(long.MaxValue, RefusalCode.SequenceTooFar)]
    public async Task Sequence_is_refused_that_is_older_or_far_above_what_is_published(long sequence, RefusalCode expected)
    {
        await using var bench = await HighBench.OpenAsync();
        await PublishAsync(bench, Shipment.Of(bench, p => p with { Version = "2", Sequence = 5 }));
        Assert.Equal(expected, (await CheckAsync(bench, Shipment.Of(bench, p => p with { Sequence = sequence }))).Refusal?.Code);
    }

    [Fact]
    public async Task New_name_cannot_be_closed_by_its_first_release()
    {
        await using var bench = await HighBench.OpenAsync();
        Assert.Equal(RefusalCode.SequenceTooFar, (await CheckAsync(bench, Shipment.Of(bench, p => p with { Sequence = 1_000_001 }))).Refusal?.Code);
    }

    private static async Task<Shipment> PublishAsync(HighBench bench, Shipment shipment)
    {
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(shipment)).State);
        return shipment;
    }

    private static Task<Outcome<Fresh>> CheckAsync(HighBench bench, Shipment shipment)
    {
        var arrival = new Arrival(HighBench.Lane, shipment.TransferId, shipment.Header(1).TotalBytes);
        return Opened.Check(arrival, shipment.Documents).Succeeded(out var opened, out var refusal)
            && Approved.Check(opened, bench.Enclave.Root).Succeeded(out var approved, out refusal)
            && Bound.Check(approved, bench.Enclave, bench.Time.GetUtcNow()).Succeeded(out var bound, out refusal)
                ? Fresh.CheckAsync(bound, bench.Catalog, default)
                : throw new InvalidOperationException(refusal.ToString());
    }
}
