using Gateway.Core;
using Gateway.Core.Ledger;
using Gateway.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Storage;

public sealed class SqliteCatalogTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_exception_rolls_back_the_change_and_its_audit_record_together()
    {
        await using var catalog = Open("catalog.db");
        await Assert.ThrowsAsync<InvalidOperationException>(() => catalog.WriteAsync(
            transaction =>
            {
                transaction.Execute("INSERT INTO notes (id, body) VALUES (1, 'half')");
                AuditTable.Append(transaction, Entry("note.added"));
                throw new InvalidOperationException("the power goes");
            },
            Cancellation));
        Assert.Empty(await catalog.BodiesAsync());
        Assert.Empty(await catalog.ListAuditAsync(0, 10, Cancellation));
    }

    [Fact]
    public async Task What_a_killed_process_leaves_on_disk_holds_every_commit_and_no_half_change()
    {
        await using var catalog = Open("catalog.db");
        await catalog.AddAsync(1, "committed");
        await catalog.WriteAsync(
            transaction =>
            {
                transaction.Execute("INSERT INTO notes (id, body) VALUES (2, 'in flight')");
                // The files as they are while the transaction is open: what kill -9 would leave.
                CopyDatabase("catalog.db", "killed.db");
            },
            Cancellation);

        await using var reopened = Open("killed.db");
        Assert.Equal(["committed"], await reopened.BodiesAsync());
        await reopened.AddAsync(3, "after");
        Assert.Equal(["committed", "after"], await reopened.BodiesAsync());
    }

    [Fact]
    public async Task A_reader_sees_one_snapshot_while_a_writer_commits()
    {
        await using var catalog = Open("catalog.db");
        await catalog.AddAsync(1, "first");
        var (before, after) = await catalog.ReadAsync(
            reader =>
            {
                var first = reader.Scalar<long>("SELECT COUNT(*) FROM notes");
                Task.Run(() => catalog.AddAsync(2, "second"), Cancellation).Wait(Cancellation);
                return (first, reader.Scalar<long>("SELECT COUNT(*) FROM notes"));
            },
            Cancellation);
        Assert.Equal((1, 1), (before, after));
        Assert.Equal(2, (await catalog.BodiesAsync()).Count);
    }

    [Fact]
    public async Task A_reader_cannot_write()
    {
        await using var catalog = Open("catalog.db");
        await Assert.ThrowsAsync<SqliteException>(() => catalog.ReadAsync(
            reader => reader.Query<long>("INSERT INTO notes (id, body) VALUES (1, 'x') RETURNING id"), Cancellation));
    }

    [Fact]
    public async Task Writers_take_turns()
    {
        await using var catalog = Open("catalog.db");
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(
            () => catalog.WriteAsync(
                transaction =>
                {
                    var next = transaction.Scalar<long>("SELECT COALESCE(MAX(id), 0) + 1 FROM notes");
                    transaction.Execute("INSERT INTO notes (id, body) VALUES (@next, 'x')", new { next });
                },
                Cancellation),
            Cancellation)));
        Assert.Equal(64, (await catalog.BodiesAsync()).Count);
    }

    [Fact]
    public async Task A_later_migration_runs_once_and_keeps_what_is_there()
    {
        await using (var catalog = Open("catalog.db"))
        {
            await catalog.AddAsync(1, "old");
        }

        const string later = "ALTER TABLE notes ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'";
        await using (Open("catalog.db", later))
        {
        }

        await using var again = Open("catalog.db", later);
        Assert.Equal(["old"], await again.BodiesAsync());
        Assert.Equal("grey", await again.ReadAsync(reader => reader.Scalar<string>("SELECT colour FROM notes"), Cancellation));
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_the_version_before_it()
    {
        await using (Open("catalog.db"))
        {
        }

        Assert.Throws<SqliteException>(() => NoteCatalog.Open(directory["catalog.db"], clock, "CREATE TABLE extra (id INTEGER); CREATE TABLE notes (id INTEGER)"));
        await using var mended = Open("catalog.db", "CREATE TABLE extra (id INTEGER)");
        Assert.Equal(0, await mended.ReadAsync(reader => reader.Scalar<long>("SELECT COUNT(*) FROM extra"), Cancellation));
    }

    [Fact]
    public async Task A_catalog_of_a_newer_program_is_refused()
    {
        await using (Open("catalog.db", "CREATE TABLE extra (id INTEGER)"))
        {
        }

        Assert.False(NoteCatalog.Open(directory["catalog.db"], clock).Succeeded(out _, out var refusal));
        Assert.Equal(RefusalCode.CatalogNewer, refusal.Code);
        Assert.Contains("notes is at 2, this program knows 1", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commits_are_synchronous_and_keys_are_enforced()
    {
        await using var catalog = Open("catalog.db");
        var (sync, keys, journal) = await catalog.WriteAsync(
            transaction => (
                transaction.Scalar<long>("PRAGMA synchronous"),
                transaction.Scalar<long>("PRAGMA foreign_keys"),
                transaction.Scalar<string>("PRAGMA journal_mode")),
            Cancellation);
        Assert.Equal((2, 1, "wal"), (sync, keys, journal));
    }

    public void Dispose() => directory.Dispose();

    private static AuditEntry Entry(string action) => new() { Actor = "ada", Action = action };

    private NoteCatalog Open(string name, params string[] laterMigrations)
    {
        Assert.True(NoteCatalog.Open(directory[name], clock, laterMigrations).Succeeded(out var catalog, out var refusal), refusal?.ToString());
        return catalog;
    }

    private void CopyDatabase(string from, string to)
    {
        File.Copy(directory[from], directory[to]);
        File.Copy(directory[from + "-wal"], directory[to + "-wal"]);
    }
}
