using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>What importers are told, and what they tell.</summary>
public sealed partial class HighCatalog
{
    /// <summary>At most <paramref name="count"/> events after a number, oldest first.</summary>
    public Task<ImportEvents> ListEventsAsync(long after, int count, CancellationToken cancellationToken) =>
        ReadAsync(
            reader =>
            {
                var rows = reader.Query<EventRow>(
                    """
                    SELECT number AS Number, import_id AS ImportId, state AS State, refusal_code AS RefusalCode, refusal_detail AS RefusalDetail,
                        time_ms AS Time, session AS Session
                    FROM import_events WHERE number > @after ORDER BY number LIMIT @count
                    """,
                    new { after, count });
                var imports = new Dictionary<string, ImportRecord?>(StringComparer.Ordinal);
                var events = new List<ImportEvent>(rows.Count);
                foreach (var row in rows)
                {
                    if (!imports.TryGetValue(row.ImportId, out var import))
                    {
                        imports.Add(row.ImportId, import = Find(reader, row.ImportId));
                    }

                    // The record of an unverified header may have given way to newer ones; its event then says nothing any more.
                    if (import is not null)
                    {
                        events.Add(row.ToEvent(import));
                    }
                }

                return new ImportEvents(events, rows.Count == 0 ? after : rows[^1].Number, rows.Count == count);
            },
            cancellationToken);

    /// <summary>Number of the newest event; 0 where there is none.</summary>
    public Task<long> LastEventAsync(CancellationToken cancellationToken) =>
        ReadAsync(reader => reader.Scalar<long>("SELECT COALESCE(MAX(number), 0) FROM import_events"), cancellationToken);

    /// <summary>
    /// Records that a consumer has taken a published import over; a second time changes nothing. Refuses with
    /// <see cref="RefusalCode.ImportUnknown"/>, <see cref="RefusalCode.NotPublished"/>, or as <see cref="RequestIds.Find"/> does.
    /// </summary>
    public Task<Outcome<ImportRecord>> AcknowledgeAsync(
        string id, string consumer, (string Id, Digest Body) request, string person, CancellationToken cancellationToken) =>
        ChangeAsync<Outcome<ImportRecord>>(
            transaction =>
            {
                if (!RequestIds.Find(transaction, person, request.Id, request.Body).Succeeded(out var earlier, out var refusal))
                {
                    return refusal;
                }

                if (Find(transaction, id) is not { } held)
                {
                    return new Refusal(RefusalCode.ImportUnknown, id);
                }

                if (earlier.Result is not null)
                {
                    return held;
                }

                if (held.State != ImportState.Published)
                {
                    return new Refusal(RefusalCode.NotPublished, held.State.Word());
                }

                RequestIds.Record(transaction, person, request.Id, request.Body, id);
                if (transaction.Execute(
                    """
                    INSERT INTO acknowledgements (import_id, consumer, person, time_ms) VALUES (@id, @consumer, @person, @now)
                    ON CONFLICT (import_id, consumer) DO NOTHING
                    """,
                    new { id, consumer, person, now = Now(transaction) }) == 1)
                {
                    AuditTable.Append(transaction, new AuditEntry
                    {
                        Actor = person,
                        TransferId = id,
                        Action = "import.acknowledged",
                        State = held.State.Word(),
                        Detail = consumer,
                    });
                }

                return Find(transaction, id)!;
            },
            cancellationToken);

    private sealed class EventRow
    {
        public long Number { get; init; }

        public string ImportId { get; init; } = "";

        public int State { get; init; }

        public int RefusalCode { get; init; }

        public string RefusalDetail { get; init; } = "";

        public long Time { get; init; }

        public long Session { get; init; }

        public ImportEvent ToEvent(ImportRecord import)
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(Time);
            return new(Number, import with
            {
                State = (ImportState)State,
                Refusal = RefusalCode == 0 ? null : new Refusal((RefusalCode)RefusalCode, RefusalDetail),
                Updated = time,
                Session = import.Session with { Number = Session },
            }, time);
        }
    }
}
