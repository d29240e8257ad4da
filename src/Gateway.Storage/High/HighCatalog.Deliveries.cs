using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>How imports are handed to consumers.</summary>
public sealed partial class HighCatalog
{
    /// <summary>Most imports of a consumer that wait or are handed out; what is published besides stays behind its place until some are settled.</summary>
    public const int MaximumPending = 1_000;

    /// <summary>Events looked at in one transaction.</summary>
    private const int EventsPerStep = 500;

    /// <summary>Events that concern a consumer nothing, beyond which its place is moved on: fewer are read again sooner than written.</summary>
    private const int EventsReadAgain = 50;

    private const string DeliveryColumns =
        """
        import_id AS ImportId, event AS Event, state AS State, attempts AS Attempts, handed AS Handed, due_ms AS Due, reason AS Reason
        """;

    /// <summary>
    /// Hands out the oldest import that is due: published and never handed out, given back, or handed out to somebody whose deadline has passed.
    /// Refuses with <see cref="RefusalCode.ConsumerUnknown"/>.
    /// </summary>
    /// <param name="consumer">Name of the consumer.</param>
    /// <param name="stream">Names the stream that it is handed to.</param>
    /// <param name="mostOutstanding">Most that the stream holds at a time.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<Outcome<TakenDelivery>> TakeDeliveryAsync(
        string consumer, string stream, int mostOutstanding, string actor, CancellationToken cancellationToken) =>
        WriteAsync<Outcome<TakenDelivery>>(
            transaction =>
            {
                if (FindConsumer(transaction, consumer) is not { } held)
                {
                    return new Refusal(RefusalCode.ConsumerUnknown, consumer);
                }

                BuryExpired(transaction, held);
                var now = Now(transaction);
                if (HeldBy(transaction, consumer, stream, now) >= mostOutstanding)
                {
                    return new TakenDelivery(null, NextDue(transaction, consumer, now));
                }

                if (FindDue(transaction, consumer, now) is not { } due)
                {
                    var more = MoveOn(transaction, held);
                    if (FindDue(transaction, consumer, now) is not { } found)
                    {
                        return new TakenDelivery(null, more ? transaction.Clock.GetUtcNow() : NextDue(transaction, consumer, now));
                    }

                    due = found;
                }

                return new TakenDelivery(HandOut(transaction, held, due, stream, actor), null);
            },
            cancellationToken);

    private static DeliveryRecord HandOut(CatalogTransaction transaction, ConsumerRecord consumer, DeliveryRow due, string stream, string actor)
    {
        var (attempt, handed) = (due.Attempts + 1, due.Handed + 1);
        transaction.Execute(
            $"""
            UPDATE deliveries SET state = {(int)DeliveryState.Outstanding}, attempts = @attempt, handed = @handed, stream = @stream, due_ms = @deadline
            WHERE consumer = @Name AND import_id = @ImportId
            """,
            new { consumer.Name, due.ImportId, attempt, handed, stream, deadline = Now(transaction) + (long)consumer.Settings.AckDeadline.TotalMilliseconds });
        AuditTable.Append(transaction, new AuditEntry
        {
            Actor = actor,
            TransferId = due.ImportId,
            Action = "delivery.handed-out",
            Detail = $"{consumer.Name}, attempt {attempt} of {consumer.Settings.MaximumAttempts}",
        });
        return new DeliveryRecord(IdOf(consumer, due.ImportId, handed), attempt, Events(transaction, due.Event - 1, 1)[0]);
    }

    /// <summary>Makes deliveries of the publications that follow a consumer's place, and moves the place on.</summary>
    /// <returns>True where there may be more at once.</returns>
    private static bool MoveOn(CatalogTransaction transaction, ConsumerRecord consumer)
    {
        var room = MaximumPending - (int)transaction.Scalar<long>(
            $"SELECT COUNT(*) FROM deliveries WHERE consumer = @Name AND state IN ({(int)DeliveryState.Waiting}, {(int)DeliveryState.Outstanding})",
            new { consumer.Name });
        var step = Math.Min(EventsPerStep, Math.Max(0, room));
        var events = Events(transaction, consumer.Cursor, step);
        var more = step > 0 && events.Count == step;
        var made = 0;
        foreach (var change in events.Where(e => e.Import is { State: ImportState.Published, Claim: { } claim } && consumer.Settings.Takes(claim)))
        {
            // What was taken from readers since then would be handed out in vain.
            if (!change.Import.AcknowledgedBy.Contains(consumer.Name) && IsPublished(transaction, change.Import.Id))
            {
                made += transaction.Execute(
                    $"""
                    INSERT INTO deliveries (consumer, import_id, event, state, attempts, handed, stream, due_ms, reason)
                    VALUES (@Name, @Id, @Number, {(int)DeliveryState.Waiting}, 0, 0, '', @now, '') ON CONFLICT (consumer, import_id) DO NOTHING
                    """,
                    new { consumer.Name, change.Import.Id, change.Number, now = Now(transaction) });
            }
        }

        if (made > 0 || more || events.Count > EventsReadAgain)
        {
            transaction.Execute("UPDATE consumers SET cursor = @Number WHERE name = @Name", new { consumer.Name, events[^1].Number });
        }

        return more;
    }

    private static bool IsPublished(CatalogReader reader, string import) =>
        reader.Scalar<int>("SELECT state FROM imports WHERE id = @import", new { import }) == (int)ImportState.Published;

    private static int HeldBy(CatalogReader reader, string consumer, string stream, long now) => (int)reader.Scalar<long>(
        $"SELECT COUNT(*) FROM deliveries WHERE consumer = @consumer AND state = {(int)DeliveryState.Outstanding} AND stream = @stream AND due_ms > @now",
        new { consumer, stream, now });

    private static DeliveryRow? FindDue(CatalogReader reader, string consumer, long now) => reader.QueryFirst<DeliveryRow>(
        $"""
        SELECT {DeliveryColumns} FROM deliveries
        WHERE consumer = @consumer AND state IN ({(int)DeliveryState.Waiting}, {(int)DeliveryState.Outstanding}) AND due_ms <= @now ORDER BY event LIMIT 1
        """,
        new { consumer, now });

    private static DateTimeOffset? NextDue(CatalogReader reader, string consumer, long now) => reader.Scalar<long?>(
        $"""
        SELECT MIN(due_ms) FROM deliveries
        WHERE consumer = @consumer AND state IN ({(int)DeliveryState.Waiting}, {(int)DeliveryState.Outstanding}) AND due_ms > @now
        """,
        new { consumer, now }) is { } due ? DateTimeOffset.FromUnixTimeMilliseconds(due) : null;

    private sealed class DeliveryRow
    {
        public string ImportId { get; init; } = "";

        public long Event { get; init; }

        public int State { get; init; }

        public int Attempts { get; init; }

        /// <summary>How often it was handed out, ever: tells the deliveries of an import apart, also where attempts are counted anew.</summary>
        public long Handed { get; init; }

        public long Due { get; init; }

        public string Reason { get; init; } = "";
    }
}
