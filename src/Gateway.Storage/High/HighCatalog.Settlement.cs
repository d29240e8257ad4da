using System.Globalization;
using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>What becomes of deliveries.</summary>
public sealed partial class HighCatalog
{
    /// <summary>
    /// Records that the import of a delivery was taken over. Work that is done is done: a second time changes nothing, and it counts after the deadline too,
    /// and where somebody else has the import now. Refuses with <see cref="RefusalCode.ConsumerUnknown"/>, or <see cref="RefusalCode.DeliveryExpired"/> where
    /// there never was such a delivery.
    /// </summary>
    public Task<Outcome<ImportRecord>> AcknowledgeDeliveryAsync(string consumer, string delivery, string person, CancellationToken cancellationToken) =>
        SettleAsync<Outcome<ImportRecord>>(
            consumer,
            (transaction, record) =>
            {
                var (import, handed) = ReadId(record, delivery);
                if (FindDelivery(transaction, consumer, import) is { } held ? handed >= 1 && handed <= held.Handed : IsAcknowledged(transaction, consumer, import))
                {
                    TakeOver(transaction, import, consumer, person);
                    return Find(transaction, import)!;
                }

                return new Refusal(RefusalCode.DeliveryExpired, delivery);
            },
            refusal => refusal,
            cancellationToken);

    /// <summary>
    /// Gives a delivery back. Refuses with <see cref="RefusalCode.ConsumerUnknown"/>, or <see cref="RefusalCode.DeliveryExpired"/> where somebody else has it now.
    /// </summary>
    /// <returns>Whether it became a dead letter.</returns>
    public Task<Outcome<bool>> ReleaseDeliveryAsync(
        string consumer, string delivery, string reason, TimeSpan retryAfter, string person, CancellationToken cancellationToken) =>
        SettleAsync<Outcome<bool>>(
            consumer,
            (transaction, record) =>
            {
                if (FindHeld(transaction, record, delivery) is not { } held)
                {
                    return new Refusal(RefusalCode.DeliveryExpired, delivery);
                }

                if (held.Attempts >= record.Settings.MaximumAttempts)
                {
                    Bury(transaction, record, held, person, reason);
                    return true;
                }

                Wait(transaction, consumer, held.ImportId, held.Attempts, retryAfter, reason);
                AuditTable.Append(transaction, new AuditEntry
                {
                    Actor = person,
                    TransferId = held.ImportId,
                    Action = "delivery.released",
                    Detail = $"{consumer}, attempt {held.Attempts} of {record.Settings.MaximumAttempts}: {reason}",
                });
                return false;
            },
            refusal => refusal,
            cancellationToken);

    /// <summary>
    /// Puts a deadline off, also one that passed while nobody took the import. Refuses as <see cref="ReleaseDeliveryAsync"/> does. It leaves no audit record:
    /// nothing of it outlives the delivery, and a command of a day says it thousands of times.
    /// </summary>
    public Task<Refusal?> ExtendDeliveryAsync(string consumer, string delivery, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction =>
            {
                if (FindConsumer(transaction, consumer) is not { } record)
                {
                    return new Refusal(RefusalCode.ConsumerUnknown, consumer);
                }

                if (FindHeld(transaction, record, delivery) is not { } held)
                {
                    return new Refusal(RefusalCode.DeliveryExpired, delivery);
                }

                transaction.Execute(
                    "UPDATE deliveries SET due_ms = @deadline WHERE consumer = @consumer AND import_id = @ImportId",
                    new { consumer, held.ImportId, deadline = Now(transaction) + (long)record.Settings.AckDeadline.TotalMilliseconds });
                return (Refusal?)null;
            },
            cancellationToken);

    private async Task<T> SettleAsync<T>(
        string consumer, Func<CatalogTransaction, ConsumerRecord, T> settle, Func<Refusal, T> refuse, CancellationToken cancellationToken)
    {
        var (result, known) = await WriteAsync(
            transaction => FindConsumer(transaction, consumer) is { } record
                ? (settle(transaction, record), true)
                : (refuse(new Refusal(RefusalCode.ConsumerUnknown, consumer)), false),
            cancellationToken);
        if (known)
        {
            DeliveriesChanged(consumer).Raise();
        }

        return result;
    }

    private static void TakeOver(CatalogTransaction transaction, string import, string consumer, string person)
    {
        transaction.Execute("DELETE FROM deliveries WHERE consumer = @consumer AND import_id = @import", new { consumer, import });
        if (transaction.Execute(
            """
            INSERT INTO acknowledgements (import_id, consumer, person, time_ms) VALUES (@import, @consumer, @person, @now)
            ON CONFLICT (import_id, consumer) DO NOTHING
            """,
            new { import, consumer, person, now = Now(transaction) }) == 1)
        {
            AuditTable.Append(transaction, new AuditEntry
            {
                Actor = person, TransferId = import, Action = "import.acknowledged", State = ImportState.Published.Word(), Detail = consumer,
            });
        }
    }

    private static void Wait(CatalogTransaction transaction, string consumer, string import, int attempts, TimeSpan pause, string reason) =>
        transaction.Execute(
            $"""
            UPDATE deliveries SET state = {(int)DeliveryState.Waiting}, stream = '', attempts = @attempts, due_ms = @due, reason = @reason
            WHERE consumer = @consumer AND import_id = @import
            """,
            new { consumer, import, attempts, reason, due = Now(transaction) + (long)pause.TotalMilliseconds });

    private static bool IsAcknowledged(CatalogReader reader, string consumer, string import) => reader.Scalar<long>(
        "SELECT COUNT(*) FROM acknowledgements WHERE import_id = @import AND consumer = @consumer", new { import, consumer }) > 0;

    private static DeliveryRow? FindDelivery(CatalogReader reader, string consumer, string import) => reader.QueryFirst<DeliveryRow>(
        $"SELECT {DeliveryColumns} FROM deliveries WHERE consumer = @consumer AND import_id = @import", new { consumer, import });

    /// <summary>The delivery while it is the newest of its import and nobody settled it.</summary>
    private static DeliveryRow? FindHeld(CatalogReader reader, ConsumerRecord consumer, string delivery)
    {
        var (import, handed) = ReadId(consumer, delivery);
        return FindDelivery(reader, consumer.Name, import) is { State: (int)DeliveryState.Outstanding } held && held.Handed == handed ? held : null;
    }

    /// <summary>The time of the consumer's making is part of the id, so that no delivery is taken for one of an earlier consumer of the same name.</summary>
    private static string IdOf(ConsumerRecord consumer, string import, long handed) =>
        string.Create(CultureInfo.InvariantCulture, $"{import}.{consumer.Created.ToUnixTimeMilliseconds()}.{handed}");

    private static (string Import, long Handed) ReadId(ConsumerRecord consumer, string delivery) =>
        delivery.Split('.') is [var import, _, var number]
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var handed)
        && IdOf(consumer, import, handed) == delivery
            ? (import, handed)
            : ("", 0);
}
