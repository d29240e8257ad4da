using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>
/// Published versions of which a file went rotten. Such a version is incomplete again: the blocks of its rotten files are missing, and the ledger lets exactly the
/// transfer that brought it come once more, under the same release.
/// </summary>
public sealed partial class HighCatalog
{
    /// <summary>
    /// Records that files of a published version are rotten, which takes it from every reader, or says more exactly which blocks of one that waits are missing. False
    /// where it is neither: it was revoked, or blocks arrive already. False, too, where it was mended since the looking began.
    /// </summary>
    /// <param name="found">The version, and how it was found.</param>
    /// <param name="blocks">The blocks that are sound.</param>
    /// <param name="receivedBytes">Bytes in those.</param>
    /// <param name="missingBlocks">Blocks that are not.</param>
    /// <param name="paths">Files found rotten since the last call.</param>
    /// <param name="setAside">Sets those files aside where the tree is withdrawn already. Runs inside the transaction, so that no session begins to write them meanwhile.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<bool> DamageAsync(
        RotFinding found, StoredBlocks blocks, long receivedBytes, long missingBlocks, IReadOnlyList<string> paths, Action? setAside, CancellationToken cancellationToken) =>
        ChangeAsync(
            transaction =>
            {
                var id = found.Import.Id;
                if (Find(transaction, id) is not { State: ImportState.Published or ImportState.Incomplete, Claim: { } claim } held
                    || held.State == ImportState.Published == (setAside is not null)
                    || (setAside is null && IsMendedSince(transaction, id, found.Looked)))
                {
                    return false;
                }

                transaction.Execute(
                    """
                    INSERT INTO blocks (import_id, block_bytes, bitmap) VALUES (@id, @BlockBytes, @Bitmap)
                    ON CONFLICT (import_id) DO UPDATE SET block_bytes = excluded.block_bytes, bitmap = excluded.bitmap
                    """,
                    new { id, blocks.BlockBytes, blocks.Bitmap });
                foreach (var path in paths)
                {
                    transaction.Execute(
                        """
                        INSERT INTO rotten_files (number, import_id, path, found_ms, aside_ms)
                        VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM rotten_files), @id, @path, @now, @aside)
                        """,
                        new { id, path, now = Now(transaction), aside = setAside is null ? (long?)null : Now(transaction) });
                    AuditTable.Append(transaction, new AuditEntry
                    {
                        Actor = AuditEntry.Service, TransferId = id, Action = found.Action, Refusal = RefusalCode.FileRotten, Detail = $"{claim.Artifact}: {path}",
                    });
                }

                transaction.Execute("UPDATE scrub_runs SET rotten = rotten + @count WHERE number = @Run", new { count = paths.Count, found.Run });
                transaction.Execute(
                    "UPDATE imports SET received_bytes = @receivedBytes, missing_blocks = @missingBlocks, updated_ms = @now WHERE id = @id",
                    new { id, receivedBytes, missingBlocks, now = Now(transaction) });
                if (held.State == ImportState.Published)
                {
                    var refusal = new Refusal(RefusalCode.FileRotten, paths[0]);
                    SetState(transaction, id, ImportState.Incomplete, refusal);
                    MoveCurrent(transaction, claim.Artifact.FoldedName);
                    Announce(transaction, id, ImportState.Incomplete, refusal, AuditEntry.Service, "");
                }

                setAside?.Invoke();
                return true;
            },
            cancellationToken);

    /// <summary>Rotten files that still lie where readers look, or a crash came before the record that they do not.</summary>
    public Task<IReadOnlyList<RottenFile>> ListToSetAsideAsync(CancellationToken cancellationToken) =>
        ReadAsync(reader => Rotten(reader, "aside_ms IS NULL", int.MaxValue), cancellationToken);

    /// <summary>The files that were found rotten last, newest first.</summary>
    public Task<IReadOnlyList<RottenFile>> ListRottenAsync(int count, CancellationToken cancellationToken) =>
        ReadAsync(reader => Rotten(reader, "1 = 1", count), cancellationToken);

    /// <summary>Records that the rotten files of a version are set aside: from now on blocks may come.</summary>
    public Task RecordSetAsideAsync(string id, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction => transaction.Execute("UPDATE rotten_files SET aside_ms = @now WHERE import_id = @id AND aside_ms IS NULL", new { id, now = Now(transaction) }),
            cancellationToken);

    /// <summary>True where an import was published once and waits to be mended.</summary>
    public Task<bool> IsDamagedAsync(string id, CancellationToken cancellationToken) => ReadAsync(reader => IsDamaged(reader, id), cancellationToken);

    private static bool IsDamaged(CatalogReader reader, string id) =>
        reader.Scalar<long>("SELECT COUNT(*) FROM rotten_files WHERE import_id = @id AND repaired_ms IS NULL", new { id }) > 0;

    private static bool IsMendedSince(CatalogReader reader, string id, DateTimeOffset time) =>
        reader.Scalar<long>(
            "SELECT COUNT(*) FROM rotten_files WHERE import_id = @id AND repaired_ms >= @time", new { id, time = time.ToUnixTimeMilliseconds() }) > 0;

    private static bool IsBeingSetAside(CatalogReader reader, string id) =>
        reader.Scalar<long>("SELECT COUNT(*) FROM rotten_files WHERE import_id = @id AND aside_ms IS NULL", new { id }) > 0;

    private static IReadOnlyList<RottenFile> Rotten(CatalogReader reader, string condition, int count) =>
    [
        .. reader
            .Query<RottenRow>(
                $"""
                SELECT import_id AS ImportId, path AS Path, found_ms AS Found, repaired_ms AS Repaired FROM rotten_files WHERE {condition} ORDER BY number DESC LIMIT @count
                """,
                new { count })
            .Select(row => new RottenFile(
                Find(reader, row.ImportId)!,
                row.Path,
                DateTimeOffset.FromUnixTimeMilliseconds(row.Found),
                row.Repaired is { } repaired ? DateTimeOffset.FromUnixTimeMilliseconds(repaired) : null)),
    ];

    private sealed class RottenRow
    {
        public string ImportId { get; init; } = "";

        public string Path { get; init; } = "";

        public long Found { get; init; }

        public long? Repaired { get; init; }
    }
}
