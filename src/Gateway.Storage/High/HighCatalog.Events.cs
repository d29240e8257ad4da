using System.Text.Json;
using Gateway.Core;

namespace Gateway.Storage.High;

/// <summary>What importers are told, and what they tell.</summary>
public sealed partial class HighCatalog
{
    /// <summary>At most <paramref name="count"/> events after a number, oldest first.</summary>
    public Task<ImportEvents> ListEventsAsync(long after, int count, CancellationToken cancellationToken) =>
        ReadAsync(
            reader =>
            {
                var events = Events(reader, after, count);
                return new ImportEvents(events, events.Count == 0 ? after : events[^1].Number, events.Count == count);
            },
            cancellationToken);

    /// <summary>Number of the newest event; 0 where there is none.</summary>
    public Task<long> LastEventAsync(CancellationToken cancellationToken) =>
        ReadAsync(LastEvent, cancellationToken);

    /// <summary>
    /// Records that a consumer has taken a published import over; a second time changes nothing. Refuses with
    /// <see cref="RefusalCode.ImportUnknown"/>, <see cref="RefusalCode.NotPublished"/>, or as <see cref="RequestIds.Find"/> does.
    /// </summary>
    public Task<Outcome<ImportRecord>> AcknowledgeAsync(
        string id, string consumer, (string Id, Digest Body) request, string person, CancellationToken cancellationToken) =>
        ChangeOnceAsync(
            id,
            request,
            person,
            (transaction, held) =>
            {
                if (held.State != ImportState.Published)
                {
                    return new Refusal(RefusalCode.NotPublished, held.State.Word());
                }

                TakeOver(transaction, id, consumer, person);
                return null;
            },
            cancellationToken);

    private static long LastEvent(CatalogReader reader) => reader.Scalar<long>("SELECT COALESCE(MAX(number), 0) FROM import_events");

    private static IReadOnlyList<ImportEvent> Events(CatalogReader reader, long after, int count)
    {
        var rows = reader.Query<EventRow>(
            "SELECT number AS Number, import AS Import, time_ms AS Time FROM import_events WHERE number > @after ORDER BY number LIMIT @count",
            new { after, count });
        var imports = WithAcknowledgements(reader, [.. rows.Select(row => JsonSerializer.Deserialize(row.Import, ImportRowJson.Default.ImportRow)!)]);
        return [.. rows.Zip(imports, (row, import) => new ImportEvent(row.Number, import, DateTimeOffset.FromUnixTimeMilliseconds(row.Time)))];
    }

    private sealed class EventRow
    {
        public long Number { get; init; }

        public string Import { get; init; } = "";

        public long Time { get; init; }
    }
}
