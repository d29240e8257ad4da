using System.Globalization;
using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>How an import begins, grows and is refused.</summary>
public sealed partial class HighCatalog
{
    /// <summary>Most imports that are receiving, incomplete or being verified: each may hold space for a whole artifact.</summary>
    public const int MaximumOpenImports = 256;

    /// <summary>Most records of refused headers whose transfer id is not believed, and most events of them; the oldest give way. The audit record keeps them all.</summary>
    public const int MaximumUnverified = 1_000;

    /// <summary>
    /// Begins to receive, or resumes: the same transfer id with the same release continues where it was, and a quarantined one begins anew. Refuses
    /// as <see cref="Objection"/> does, with <see cref="RefusalCode.VersionTaken"/> where the id is open under another release, with
    /// <see cref="RefusalCode.ReceiveQueueFull"/>, with <see cref="RefusalCode.StateWrong"/> where all bytes are here, or what <paramref name="room"/> says.
    /// </summary>
    /// <param name="claim">What the verified header says.</param>
    /// <param name="session">The session that brought it.</param>
    /// <param name="blocks">Blocks that the session cuts the artifact into.</param>
    /// <param name="room">Says whether there is room. Asked inside the transaction, so that two imports cannot be promised the same space.</param>
    /// <param name="prepare">Makes the place of an import that begins anew, durably, before the record of it. Runs inside the transaction, so that nobody else
    /// makes or clears the same place.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<Outcome<ImportRecord>> BeginAsync(
        ImportClaim claim, ImportSession session, long blocks, Func<WantedSpace, Refusal?> room, Action prepare,
        CancellationToken cancellationToken) =>
        ChangeAsync<Outcome<ImportRecord>>(
            transaction =>
            {
                var held = Find(transaction, claim.TransferId);
                if (Obstacle(transaction, claim, held, room) is { } refusal)
                {
                    return refusal;
                }

                if (held is { State: ImportState.Receiving or ImportState.Incomplete })
                {
                    transaction.Execute(
                        """
                        UPDATE imports SET state = @state, lane = @Lane, session = @Number, refusal_code = 0, refusal_detail = '', updated_ms = @now
                        WHERE id = @id
                        """,
                        new { id = held.Id, state = (int)ImportState.Receiving, session.Lane, session.Number, now = Now(transaction) });
                }
                else
                {
                    prepare();
                    transaction.Execute("DELETE FROM blocks WHERE import_id = @id", new { id = claim.TransferId });
                    Store(transaction, claim.TransferId, claim, session, ImportState.Receiving, null);
                    transaction.Execute(
                        "UPDATE imports SET missing_blocks = @blocks WHERE id = @TransferId", new { blocks, claim.TransferId });
                }

                Announce(transaction, claim.TransferId, ImportState.Receiving, null, AuditEntry.Service, claim.Artifact.ToString());
                return Find(transaction, claim.TransferId)!;
            },
            cancellationToken);

    /// <summary>Bytes that open imports still wait for, but for one of them.</summary>
    public Task<long> CountPromisedAsync(string except, CancellationToken cancellationToken) => ReadAsync(reader => Open(reader, except).Bytes, cancellationToken);

    /// <summary>Records blocks that are on disk, and the state that follows: verifying once none is missing, incomplete where the session ended before.</summary>
    /// <returns>The state after it; null where the import is not being received any more.</returns>
    public Task<ImportState?> ProgressAsync(
        string id, StoredBlocks blocks, long receivedBytes, long missingBlocks, bool sessionEnded, CancellationToken cancellationToken) =>
        ChangeAsync<ImportState?>(
            transaction =>
                Find(transaction, id) is { State: ImportState.Receiving or ImportState.Incomplete } held
                    ? Progress(transaction, held, blocks, receivedBytes, missingBlocks, sessionEnded)
                    : null,
            cancellationToken);

    /// <summary>The session is over although not everything could be recorded, or the service restarted: what is not on disk has to come again.</summary>
    public Task SuspendAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync(
            transaction =>
            {
                if (Find(transaction, id) is { State: ImportState.Receiving } held)
                {
                    var missing = Missing(held.MissingBlocks);
                    SetState(transaction, id, ImportState.Incomplete, missing);
                    Announce(transaction, id, ImportState.Incomplete, missing, AuditEntry.Service, "");
                }

                return true;
            },
            cancellationToken);

    /// <summary>Refuses an open import; does nothing to one that is not open.</summary>
    public Task QuarantineAsync(string id, Refusal refusal, CancellationToken cancellationToken) =>
        ChangeAsync(
            transaction =>
            {
                if (Find(transaction, id) is { State: ImportState.Receiving or ImportState.Incomplete or ImportState.Verifying })
                {
                    transaction.Execute("DELETE FROM blocks WHERE import_id = @id", new { id });
                    SetState(transaction, id, ImportState.Quarantined, refusal);
                    Announce(transaction, id, ImportState.Quarantined, refusal, AuditEntry.Service, "");
                }

                return true;
            },
            cancellationToken);

    /// <summary>
    /// Records a refused header. It never touches an import that is open or published: anybody on the low side can repeat a transfer id.
    /// </summary>
    /// <param name="header">Digest of the header, which names the record where no transfer id may.</param>
    /// <param name="claim">What the header says; null where that could not be read.</param>
    /// <param name="believed">True where enough people signed the claim, so that its transfer id may name the record.</param>
    /// <param name="session">The session that brought it.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task QuarantineHeaderAsync(
        Digest header, ImportClaim? claim, bool believed, ImportSession session, Refusal refusal, CancellationToken cancellationToken) =>
        ChangeAsync(
            transaction =>
            {
                var id = believed && claim is not null && Find(transaction, claim.TransferId) is null or { State: ImportState.Quarantined }
                    ? claim!.TransferId
                    : $"{ImportRecord.UnverifiedPrefix}{header.Hex[..32]}";
                var held = Find(transaction, id);
                if (held?.Refusal?.Code != refusal.Code || held.Session != session)
                {
                    Store(transaction, id, claim, session, ImportState.Quarantined, refusal);
                    KeepWhatIsSetAside(transaction, held, claim);
                    Announce(transaction, id, ImportState.Quarantined, refusal, AuditEntry.Service, "");
                    transaction.Execute(
                        """
                        DELETE FROM imports WHERE id LIKE 'unverified-%' AND position < (
                            SELECT MIN(position) FROM (SELECT position FROM imports WHERE id LIKE 'unverified-%' ORDER BY position DESC LIMIT @kept) AS newest)
                        """,
                        new { kept = MaximumUnverified });
                    transaction.Execute(
                        """
                        DELETE FROM import_events WHERE import_id >= 'unverified-' AND import_id < 'unverified.' AND (
                            NOT EXISTS (SELECT 1 FROM imports WHERE id = import_id)
                            OR number <= (SELECT number FROM import_events WHERE import_id >= 'unverified-' AND import_id < 'unverified.'
                                ORDER BY number DESC LIMIT 1 OFFSET @kept))
                        """,
                        new { kept = MaximumUnverified });
                }

                return true;
            },
            cancellationToken);

    private static ImportState Progress(
        CatalogTransaction transaction, ImportRecord held, StoredBlocks blocks, long receivedBytes, long missingBlocks, bool sessionEnded)
    {
        var state = missingBlocks == 0 ? ImportState.Verifying : sessionEnded ? ImportState.Incomplete : held.State;
        transaction.Execute(
            """
            INSERT INTO blocks (import_id, block_bytes, bitmap) VALUES (@Id, @BlockBytes, @Bitmap)
            ON CONFLICT (import_id) DO UPDATE SET block_bytes = excluded.block_bytes, bitmap = excluded.bitmap
            """,
            new { held.Id, blocks.BlockBytes, blocks.Bitmap });
        transaction.Execute(
            "UPDATE imports SET received_bytes = @receivedBytes, missing_blocks = @missingBlocks, updated_ms = @now WHERE id = @Id",
            new { held.Id, receivedBytes, missingBlocks, now = Now(transaction) });
        if (state != held.State || (state == ImportState.Incomplete && missingBlocks != held.MissingBlocks))
        {
            Refusal? missing = state == ImportState.Incomplete ? Missing(missingBlocks) : null;
            SetState(transaction, held.Id, state, missing);
            Announce(transaction, held.Id, state, missing, AuditEntry.Service, held.Claim?.Artifact.ToString() ?? "");
        }

        return state;
    }

    private static Refusal? Obstacle(
        CatalogTransaction transaction, ImportClaim claim, ImportRecord? held, Func<WantedSpace, Refusal?> room)
    {
        if (Objection(transaction, claim) is { } objection)
        {
            return objection;
        }

        var open = held is { State: ImportState.Receiving or ImportState.Incomplete or ImportState.Verifying };
        if (open && held!.Claim!.Release != claim.Release)
        {
            return new Refusal(RefusalCode.VersionTaken, $"transfer {claim.TransferId} is open under release {held.Claim.Release}");
        }

        if (held is { State: ImportState.Verifying })
        {
            return new Refusal(RefusalCode.StateWrong, "all bytes are here and are being verified");
        }

        if (IsBeingSetAside(transaction, claim.TransferId))
        {
            return new Refusal(RefusalCode.StateWrong, "its rotten files are being set aside");
        }

        var others = Open(transaction, claim.TransferId);
        return others.Imports >= MaximumOpenImports
            ? new Refusal(RefusalCode.ReceiveQueueFull, string.Create(CultureInfo.InvariantCulture, $"{others.Imports} are open"))
            : room(new(others.Bytes, claim.Bytes - (open ? held!.ReceivedBytes : 0), BytesOf(transaction, claim.Artifact.Org, claim.TransferId), claim.Bytes));
    }

    /// <summary>Bytes of an organisation's artifacts that readers have or may get, but for one import. What names share on the disk counts for each.</summary>
    private static long BytesOf(CatalogReader reader, string org, string except) =>
        reader.Scalar<long>(
            "SELECT COALESCE(SUM(bytes), 0) FROM imports WHERE state IN (1, 2, 3, 4) AND lower(name) >= @from AND lower(name) < @to AND id <> @except",
            new { from = $"{org.ToLowerInvariant()}/", to = $"{org.ToLowerInvariant()}0", except });

    private static OpenRow Open(CatalogReader reader, string except) =>
        reader.QueryFirst<OpenRow>(
            "SELECT COUNT(*) AS Imports, COALESCE(SUM(bytes - received_bytes), 0) AS Bytes FROM imports WHERE state IN (1, 2, 3) AND id <> @except", new { except })!;

    private static void Store(
        CatalogTransaction transaction, string id, ImportClaim? claim, ImportSession session, ImportState state, Refusal? refusal)
    {
        var position = transaction.Scalar<long>("SELECT COALESCE(MAX(position), 0) + 1 FROM imports");
        transaction.Execute(
            """
            INSERT INTO imports (id, position, transfer_id, kind, name, version, class, state, submitter, approvers, files, bytes, received_bytes,
                missing_blocks, release_sha256, manifest_sha256, sequence, lane, session, not_after_ms, refusal_code, refusal_detail, created_ms,
                updated_ms)
            VALUES (@id, @position, @transferId, @kind, @name, @version, @class, @state, @submitter, @approvers, @files, @bytes, 0, 0, @release,
                @manifest, @sequence, @lane, @session, @notAfter, @code, @detail, @now, @now)
            ON CONFLICT (id) DO UPDATE SET transfer_id = excluded.transfer_id, kind = excluded.kind, name = excluded.name,
                version = excluded.version, class = excluded.class, state = excluded.state, submitter = excluded.submitter,
                approvers = excluded.approvers, files = excluded.files, bytes = excluded.bytes, received_bytes = 0, missing_blocks = 0,
                release_sha256 = excluded.release_sha256, manifest_sha256 = excluded.manifest_sha256, sequence = excluded.sequence,
                lane = excluded.lane, session = excluded.session, not_after_ms = excluded.not_after_ms, refusal_code = excluded.refusal_code,
                refusal_detail = excluded.refusal_detail, updated_ms = excluded.updated_ms, bytes_deleted_ms = NULL
            """,
            ImportRow.Parameters(id, claim, session, position, state, refusal, transaction.Clock.GetUtcNow()));
    }

    private static void SetState(CatalogTransaction transaction, string id, ImportState state, Refusal? refusal) =>
        transaction.Execute(
            "UPDATE imports SET state = @state, refusal_code = @code, refusal_detail = @detail, updated_ms = @now WHERE id = @id",
            new
            {
                id,
                state = (int)state,
                code = (int)(refusal?.Code ?? RefusalCode.Unspecified),
                detail = refusal?.Detail ?? "",
                now = Now(transaction),
            });

    private static Refusal Missing(long blocks) =>
        new(RefusalCode.BlocksMissing, string.Create(CultureInfo.InvariantCulture, $"{blocks} blocks"));

    private sealed class OpenRow
    {
        public long Imports { get; init; }

        public long Bytes { get; init; }
    }
}
