using Gateway.Core.Ledger;
using Gateway.Core;

namespace Gateway.Storage;

/// <summary>
/// The append-only record of one side. A record is appended in the transaction that changes the state it speaks of, so neither exists
/// without the other; triggers refuse to change or remove one.
/// </summary>
public static class AuditTable
{
    /// <summary>Appends a record and returns its sequence number.</summary>
    public static long Append(CatalogTransaction transaction, AuditEntry entry)
    {
        var sequence = transaction.Scalar<long>("SELECT COALESCE(MAX(sequence), 0) + 1 FROM audit");
        transaction.Execute(
            """
            INSERT INTO audit (sequence, time_ms, actor, transfer_id, action, state, refusal, detail)
            VALUES (@sequence, @time, @Actor, @TransferId, @Action, @State, @refusal, @Detail)
            """,
            new
            {
                sequence,
                time = transaction.Clock.GetUtcNow().ToUnixTimeMilliseconds(),
                entry.Actor,
                entry.TransferId,
                entry.Action,
                entry.State,
                refusal = (int)entry.Refusal,
                entry.Detail,
            });
        return sequence;
    }

    /// <summary>At most <paramref name="count"/> records after a sequence number, oldest first.</summary>
    public static IReadOnlyList<AuditRecord> List(CatalogReader reader, long after, int count) =>
        [
            .. reader.Query<Row>(
                """
                SELECT sequence, time_ms AS timeMs, actor, transfer_id AS transferId, action, state, refusal, detail
                FROM audit WHERE sequence > @after ORDER BY sequence LIMIT @count
                """,
                new { after, count }).Select(row => row.ToRecord()),
        ];

    private sealed record Row(
        long Sequence, long TimeMs, string Actor, string TransferId, string Action, string State, long Refusal, string Detail)
    {
        internal AuditRecord ToRecord() =>
            new(Sequence, DateTimeOffset.FromUnixTimeMilliseconds(TimeMs), new AuditEntry
            {
                Actor = Actor,
                TransferId = TransferId,
                Action = Action,
                State = State,
                Refusal = (RefusalCode)Refusal,
                Detail = Detail,
            });
    }
}
