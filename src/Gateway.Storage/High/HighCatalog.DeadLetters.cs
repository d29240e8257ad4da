using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>What consumers failed to take over.</summary>
public sealed partial class HighCatalog
{
    /// <summary>Dead letters after an event's number, oldest first. Refuses with <see cref="RefusalCode.ConsumerUnknown"/>.</summary>
    public Task<Outcome<DeadLetterRecord[]>> ListDeadLettersAsync(string consumer, long after, int count, CancellationToken cancellationToken) =>
        SettleAsync<Outcome<DeadLetterRecord[]>>(
            consumer,
            (transaction, record) =>
            {
                BuryExpired(transaction, record);
                DeadLetterRecord[] letters =
                [
                    .. transaction.Query<DeliveryRow>(
                        $"""
                        SELECT {DeliveryColumns} FROM deliveries
                        WHERE consumer = @consumer AND state = {(int)DeliveryState.Dead} AND event > @after ORDER BY event LIMIT @count
                        """,
                        new { consumer, after, count }).Select(row => new DeadLetterRecord(
                            row.Event, Find(transaction, row.ImportId)!, row.Attempts, row.Reason, DateTimeOffset.FromUnixTimeMilliseconds(row.Due))),
                ];
                return letters;
            },
            refusal => refusal,
            cancellationToken);

    /// <summary>Lets a dead letter be delivered again. Refuses with <see cref="RefusalCode.ConsumerUnknown"/>, or <see cref="RefusalCode.ImportUnknown"/> where it is none.</summary>
    public Task<Refusal?> RedeliverAsync(string consumer, string import, string person, CancellationToken cancellationToken) =>
        SettleAsync<Refusal?>(
            consumer,
            (transaction, record) =>
            {
                BuryExpired(transaction, record);
                if (FindDelivery(transaction, consumer, import) is not { State: (int)DeliveryState.Dead } dead)
                {
                    return new Refusal(RefusalCode.ImportUnknown, $"{import} is no dead letter of {consumer}");
                }

                Wait(transaction, consumer, import, attempts: 0, TimeSpan.Zero, dead.Reason);
                AuditTable.Append(transaction, new AuditEntry { Actor = person, TransferId = import, Action = "delivery.redelivered", Detail = consumer });
                return null;
            },
            refusal => refusal,
            cancellationToken);

    /// <summary>What ran out with its last attempt becomes a dead letter: nobody says so, since whoever held it is gone.</summary>
    private static void BuryExpired(CatalogTransaction transaction, ConsumerRecord consumer)
    {
        var expired = transaction.Query<DeliveryRow>(
            $"""
            SELECT {DeliveryColumns} FROM deliveries
            WHERE consumer = @Name AND state = {(int)DeliveryState.Outstanding} AND due_ms <= @now AND attempts >= @MaximumAttempts
            """,
            new { consumer.Name, consumer.Settings.MaximumAttempts, now = Now(transaction) });
        foreach (var delivery in expired)
        {
            Bury(transaction, consumer, delivery, AuditEntry.Service, "the deadline passed");
        }
    }

    private static void Bury(CatalogTransaction transaction, ConsumerRecord consumer, DeliveryRow delivery, string actor, string reason)
    {
        transaction.Execute(
            $"""
            UPDATE deliveries SET state = {(int)DeliveryState.Dead}, stream = '', due_ms = @now, reason = @reason
            WHERE consumer = @Name AND import_id = @ImportId
            """,
            new { consumer.Name, delivery.ImportId, reason, now = Now(transaction) });
        AuditTable.Append(transaction, new AuditEntry
        {
            Actor = actor,
            TransferId = delivery.ImportId,
            Action = "delivery.given-up",
            Detail = $"{consumer.Name}, attempt {delivery.Attempts} of {consumer.Settings.MaximumAttempts}: {reason}",
        });
    }
}
