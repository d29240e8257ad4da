using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>How far versions that are on record as revoked or retired have been taken from readers.</summary>
public sealed partial class HighCatalog
{
    /// <summary>Revoked and retired imports whose files are not on record as withdrawn: a crash or a failing disk came before.</summary>
    public Task<IReadOnlyList<ImportRecord>> ListToWithdrawAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            reader => WithAcknowledgements(reader, reader.Query<ImportRow>(
                $"""
                SELECT {ImportRow.Columns} FROM imports WHERE id IN (
                    SELECT import_id FROM revocations WHERE second_ms IS NOT NULL AND withdrawn_ms IS NULL
                    UNION ALL SELECT import_id FROM retirements WHERE withdrawn_ms IS NULL)
                ORDER BY position
                """)),
            cancellationToken);

    /// <summary>Records that nothing of a revoked or retired import is left where readers look.</summary>
    public Task RecordWithdrawnAsync(string id, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction =>
            {
                // One of the two: what is retired cannot be revoked, and nothing is retired that somebody wants to have revoked.
                var withdrawn = new { id, now = Now(transaction) };
                transaction.Execute("UPDATE revocations SET withdrawn_ms = @now WHERE import_id = @id", withdrawn);
                transaction.Execute("UPDATE retirements SET withdrawn_ms = @now WHERE import_id = @id", withdrawn);
            },
            cancellationToken);

    /// <summary>Records that the bytes of a revoked or retired import are deleted, once.</summary>
    public Task RecordBytesDeletedAsync(string id, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction =>
            {
                if (Find(transaction, id) is { BytesDeleted: null } held)
                {
                    transaction.Execute("UPDATE imports SET bytes_deleted_ms = @now WHERE id = @id", new { id, now = Now(transaction) });
                    AuditTable.Append(transaction, new AuditEntry
                    {
                        Actor = AuditEntry.Service,
                        TransferId = id,
                        Action = "import.bytes-deleted",
                        State = held.State.Word(),
                        Detail = held.State == ImportState.Retired ? $"{held.Claim?.Artifact} is retired" : "its time after revocation is over",
                    });
                }
            },
            cancellationToken);

    /// <summary>Points at the highest sequence that can be read; where none can, at what it pointed at, which says why.</summary>
    private static void MoveCurrent(CatalogTransaction transaction, string foldedName) =>
        transaction.Execute(
            """
            UPDATE artifacts SET current_import_id = COALESCE(
                (SELECT import_id FROM versions JOIN imports ON imports.id = import_id WHERE folded_name = @foldedName AND state = 4 ORDER BY versions.sequence DESC LIMIT 1),
                current_import_id)
            WHERE folded_name = @foldedName
            """,
            new { foldedName });
}
