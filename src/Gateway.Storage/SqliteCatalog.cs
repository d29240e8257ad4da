using Dapper;
using Gateway.Core.Ledger;
using Gateway.Core;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage;

/// <summary>
/// A catalog in one SQLite file. Derived catalogs add their tables as migrations and their statements as methods over
/// <see cref="ReadAsync{T}"/> and <see cref="WriteAsync{T}"/>; everything that only SQLite has stays here.
/// </summary>
/// <remarks>
/// One writer at a time (SQLite has no more), any number of readers beside it (WAL). A commit returns after the log reached the disk
/// (synchronous FULL): what a caller was told survives a power cut.
/// </remarks>
public abstract class SqliteCatalog : IAsyncDisposable
{
    /// <summary>Seconds that a statement waits for a lock: only a backup tool can hold one, and those are brief.</summary>
    private const int BusyTimeoutSeconds = 10;

    /// <summary>SQLITE_FULL, and the errno that means the same.</summary>
    private const int DiskFull = 13;
    private const int NoSpace = 28;

    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly string readerConnection;
    private readonly SqliteConnection writer;

    /// <param name="path">The database file; made where it is missing, its directory must exist.</param>
    /// <param name="clock">Clock of this side.</param>
    protected SqliteCatalog(string path, TimeProvider clock)
    {
        Clock = clock;
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            ForeignKeys = true,
            DefaultTimeout = BusyTimeoutSeconds,
        };
        settings.Mode = SqliteOpenMode.ReadWriteCreate;
        settings.Pooling = false;
        writer = new SqliteConnection(settings.ConnectionString);
        settings.Mode = SqliteOpenMode.ReadWrite;
        settings.Pooling = true;
        readerConnection = settings.ConnectionString;
    }

    /// <summary>Clock of this side.</summary>
    protected TimeProvider Clock { get; }

    /// <summary>Name of the derived catalog in the schema table, e.g. <c>low</c>.</summary>
    protected abstract string Schema { get; }

    /// <summary>Portable SQL scripts; the first makes version 1. A script that was released is never edited: append the next.</summary>
    protected abstract IReadOnlyList<string> Migrations { get; }

    /// <summary>
    /// Reads from one consistent snapshot. The delegate is synchronous because SQLite is: nothing foreign can be awaited with a
    /// transaction open.
    /// </summary>
    public Task<T> ReadAsync<T>(Func<CatalogReader, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var connection = new SqliteConnection(readerConnection);
        connection.Open();
        connection.Execute("PRAGMA query_only = ON");
        using var transaction = connection.BeginTransaction(deferred: true);
        return Task.FromResult(read(new CatalogReader(transaction, Clock)));
    }

    /// <summary>
    /// Changes the catalog. Returning commits, durably; an exception rolls everything back. A returned refusal commits too, so that its
    /// audit record is kept: check first, then change.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<CatalogTransaction, T> change, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            using var transaction = writer.BeginTransaction(deferred: false);
            var result = change(new CatalogTransaction(transaction, Clock));
            transaction.Commit();
            return result;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == DiskFull)
        {
            // As every other write says it, so that callers need not know which engine this is.
            throw new IOException("The catalog's disk is full.", NoSpace);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Changes the catalog where there is nothing to return.</summary>
    public Task WriteAsync(Action<CatalogTransaction> change, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction =>
            {
                change(transaction);
                return true;
            },
            cancellationToken);

    /// <summary>Appends one audit record that accompanies no other change.</summary>
    public Task AuditAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        WriteAsync(transaction => AuditTable.Append(transaction, entry), cancellationToken);

    /// <summary>At most <paramref name="count"/> audit records after a sequence number, oldest first.</summary>
    public Task<IReadOnlyList<AuditRecord>> ListAuditAsync(long after, int count, CancellationToken cancellationToken) =>
        ReadAsync(reader => AuditTable.List(reader, after, count), cancellationToken);

    /// <summary>Raises the floor of a version; refuses one that is below it. See <see cref="VersionFloors"/>.</summary>
    public Task<Refusal?> RaiseFloorAsync(VersionFloor floor, long version, Digest digest, CancellationToken cancellationToken) =>
        WriteAsync(transaction => VersionFloors.Raise(transaction, floor, version, digest), cancellationToken);

    /// <summary>Opens the file and brings its schema up to date. Refuses a schema that is newer than this program.</summary>
    protected Refusal? Prepare()
    {
        writer.Open();
        writer.Execute("PRAGMA journal_mode = WAL");
        writer.Execute("PRAGMA synchronous = FULL");
        return SchemaMigrations.Apply(writer, Clock, "base", BaseSchema.Migrations)
            ?? SchemaMigrations.Apply(writer, Clock, Schema, Migrations);
    }

    public async ValueTask DisposeAsync()
    {
        await writing.WaitAsync();
        await writer.DisposeAsync();
        using var pooled = new SqliteConnection(readerConnection);
        SqliteConnection.ClearPool(pooled);
        writing.Dispose();
        GC.SuppressFinalize(this);
    }
}
