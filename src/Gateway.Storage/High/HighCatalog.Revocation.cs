using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>Versions that two people take from readers. The ledger keeps them: neither the transfer nor the version comes again.</summary>
public sealed partial class HighCatalog
{
    /// <summary>
    /// Records that a person wants a published version revoked, and revokes it where another person did before. Refuses with
    /// <see cref="RefusalCode.ImportUnknown"/>, as <see cref="ImportRecord.Unreadable"/> does,
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
                    return held.Unreadable();
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
                    transaction.Execute("DELETE FROM pins WHERE import_id = @id", new { id });
                    SetState(transaction, id, ImportState.Revoked, null);
                    MoveCurrent(transaction, claim.Artifact.FoldedName);
                    Announce(transaction, id, ImportState.Revoked, null, actor, $"{claim.Artifact}, as {held.Revocation!.RequestedBy} asked: {held.Revocation.Reason}");
                }

                return null;
            },
            cancellationToken);

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
