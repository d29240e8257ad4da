using Gateway.Core;
using Gateway.Core.Ledger;
using Gateway.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Storage;

public sealed class AuditTableTests : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private NoteCatalog catalog = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.True(NoteCatalog.Open(directory["catalog.db"], clock).Succeeded(out var opened, out _));
        catalog = opened;
        for (var i = 0; i < 5; i++)
        {
            await catalog.AuditAsync(new AuditEntry { Actor = "ada", Action = $"step.{i}" }, Cancellation);
        }
    }

    [Fact]
    public async Task A_record_comes_back_as_it_was_written()
    {
        var entry = new AuditEntry
        {
            Actor = "bob",
            TransferId = new string('a', 32),
            Action = "transfer.refused",
            State = "refused",
            Refusal = RefusalCode.PickleRefused,
            Detail = "weights.pkl",
        };
        clock.Advance(TimeSpan.FromMilliseconds(1234));
        await catalog.AuditAsync(entry, Cancellation);
        Assert.Equal([new AuditRecord(6, clock.GetUtcNow(), entry)], await catalog.ListAuditAsync(5, 10, Cancellation));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_overlap()
    {
        var first = await catalog.ListAuditAsync(0, 3, Cancellation);
        var second = await catalog.ListAuditAsync(first[^1].Sequence, 3, Cancellation);
        Assert.Equal([1, 2, 3, 4, 5], first.Concat(second).Select(record => record.Sequence));
    }

    [Theory]
    [InlineData("UPDATE audit SET actor = 'eve' WHERE sequence = 2")]
    [InlineData("DELETE FROM audit WHERE sequence = 5")]
    [InlineData("DELETE FROM audit")]
    [InlineData("INSERT OR REPLACE INTO audit SELECT 2, time_ms, 'eve', transfer_id, action, state, refusal, detail FROM audit WHERE sequence = 1")]
    [InlineData("INSERT INTO audit SELECT 9, time_ms, actor, transfer_id, action, state, refusal, detail FROM audit WHERE sequence = 1")]
    [InlineData("INSERT INTO audit SELECT 0, time_ms, actor, transfer_id, action, state, refusal, detail FROM audit WHERE sequence = 1")]
    public async Task A_record_is_never_changed_removed_or_skipped(string statement)
    {
        var before = await catalog.ListAuditAsync(0, 100, Cancellation);
        await Assert.ThrowsAsync<SqliteException>(() => catalog.WriteAsync(transaction => { transaction.Execute(statement); }, Cancellation));
        Assert.Equal(before, await catalog.ListAuditAsync(0, 100, Cancellation));
    }

    [Fact]
    public void A_long_detail_is_cut() =>
        Assert.Equal(AuditEntry.MaximumDetailLength, new AuditEntry { Actor = "a", Action = "b", Detail = new string('x', 5000) }.Detail.Length);

    public async ValueTask DisposeAsync()
    {
        await catalog.DisposeAsync();
        directory.Dispose();
    }
}
