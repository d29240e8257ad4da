using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>Versions that two people take from readers. The ledger keeps them: neither the transfer nor the version comes again.</summary>
public sealed partial class HighCatalog
{
    /// <summary>
    /// Records that a person wants a published version revoked, and revokes it where another person did before. Refuses with
    /// <see cref="RefusalCode.ImportUnknown"/>, <see cref="RefusalCode.NotPublished"/>, <see cref="RefusalCode.VersionRevoked"/>,
    /// <see cref="RefusalCode.SecondPersonNeeded"/>, <see cref="RefusalCode.RequestInvalid"/> without a reason, or as <see cref="RequestIds.Find"/> does.
    /// </summary>
    /// <param name="id">The import.</param>
    /// <param name="reason">Why; the first person's is kept.</param>
    /// <param name="request">Id and meaning of the request.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="person">The person who answers for that.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<Outcome<ImportRecord>> RevokeAsync(
        string id, string reason, (string Id, Digest Body) request, string actor, string person, CancellationToken cancellationToken) =>
        ChangeOnceAsync(
            id,
            request,
            actor,
            (transaction, held) =>
            {
                if (held is not { State: ImportState.Published, Claim: { } claim })
                {
                    return held.State == ImportState.Revoked
                        ? new Refusal(RefusalCode.VersionRevoked, $"{held.Claim?.Artifact}")
                        : new Refusal(RefusalCode.NotPublished, held.State.Word());
                }

                var first = transaction.Scalar<string>("SELECT first_person FROM revocations WHERE import_id = @id", new { id });
                if (first == person)
                {
                    return new Refusal(RefusalCode.SecondPersonNeeded, person);
                }

                if (first is null && reason.Length == 0)
                {
                    return new Refusal(RefusalCode.RequestInvalid, "reason: say why");
                }

                if (first is null)
                {
                    transaction.Execute(
                        """
                        INSERT INTO revocations (import_id, reason, first_person, first_actor, first_ms) VALUES (@id, @reason, @person, @actor, @now)
                        """,
                        new { id, reason, person, actor, now = Now(transaction) });
                    AuditTable.Append(transaction, new AuditEntry
                    {
                        Actor = actor, TransferId = id, Action = "import.revocation-requested", State = held.State.Word(), Detail = $"{claim.Artifact}: {reason}",
                    });
                }
                else
                {
                    transaction.Execute(
                        "UPDATE revocations SET second_actor = @actor, second_ms = @now WHERE import_id = @id", new { id, actor, now = Now(transaction) });
                    SetState(transaction, id, ImportState.Revoked, null);
                    MoveCurrent(transaction, claim.Artifact.FoldedName);
                    Announce(transaction, id, ImportState.Revoked, null, actor, $"{claim.Artifact}, as {held.Revocation!.RequestedBy} asked: {held.Revocation.Reason}");
                }

                return null;
            },
            cancellationToken);

    /// <summary>Revoked imports whose files are not on record as withdrawn: a crash or a failing disk came before.</summary>
    public Task<IReadOnlyList<ImportRecord>> ListToWithdrawAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            reader => WithAcknowledgements(reader, reader.Query<ImportRow>(
                $"""
                SELECT {ImportRow.Columns} FROM imports WHERE id IN (SELECT import_id FROM revocations WHERE second_ms IS NOT NULL AND withdrawn_ms IS NULL)
                ORDER BY position
                """)),
            cancellationToken);

    /// <summary>Records that nothing of a revoked import is left where readers look.</summary>
    public Task RecordWithdrawnAsync(string id, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction => transaction.Execute("UPDATE revocations SET withdrawn_ms = @now WHERE import_id = @id", new { id, now = Now(transaction) }), cancellationToken);

    /// <summary>Records that the bytes of a revoked import are deleted, once.</summary>
    public Task RecordBytesDeletedAsync(string id, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction =>
            {
                if (transaction.Execute("UPDATE imports SET bytes_deleted_ms = @now WHERE id = @id AND bytes_deleted_ms IS NULL", new { id, now = Now(transaction) }) == 1)
                {
                    AuditTable.Append(transaction, new AuditEntry
                    {
                        Actor = AuditEntry.Service, TransferId = id, Action = "import.bytes-deleted", State = ImportState.Revoked.Word(), Detail = "its time after revocation is over",
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

    private static Dictionary<string, Revocation> Revocations(CatalogReader reader, IReadOnlyList<ImportRow> rows) =>
        reader
            .Query<RevocationRow>(
                """
                SELECT import_id AS ImportId, reason AS Reason, first_actor AS FirstActor, first_ms AS First, second_actor AS SecondActor, second_ms AS Second
                FROM revocations WHERE import_id IN @ids
                """,
                new { ids = rows.Select(row => row.Id) })
            .ToDictionary(row => row.ImportId, row => row.ToRevocation(), StringComparer.Ordinal);

    private sealed class RevocationRow
    {
        public string ImportId { get; init; } = "";

        public string Reason { get; init; } = "";

        public string FirstActor { get; init; } = "";

        public long First { get; init; }

        public string? SecondActor { get; init; }

        public long? Second { get; init; }

        public Revocation ToRevocation() => new(
            Reason,
            FirstActor,
            DateTimeOffset.FromUnixTimeMilliseconds(First),
            SecondActor,
            Second is { } second ? DateTimeOffset.FromUnixTimeMilliseconds(second) : null);
    }
}
