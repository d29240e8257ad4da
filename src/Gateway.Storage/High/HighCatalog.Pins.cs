using System.Globalization;
using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>Versions that people keep whatever the rules of retention say.</summary>
public sealed partial class HighCatalog
{
    /// <summary>Most pins: they are for what somebody still needs, and a rule keeps whole names.</summary>
    public const int MaximumPins = 10_000;

    /// <summary>
    /// Pins a published version; one that is pinned has the new reason and person from then on. Refuses with <see cref="RefusalCode.ImportUnknown"/>,
    /// <see cref="RefusalCode.TooManyPins"/>, as <see cref="ImportRecord.Unreadable"/> does, or as <see cref="RequestIds.Find"/> does.
    /// </summary>
    /// <param name="id">The import.</param>
    /// <param name="reason">Why.</param>
    /// <param name="request">Id and meaning of the request.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<Outcome<ImportRecord>> PinAsync(string id, string reason, (string Id, Digest Body) request, string actor, CancellationToken cancellationToken) =>
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

                if (held.Pin is null && transaction.Scalar<long>("SELECT COUNT(*) FROM pins") >= MaximumPins)
                {
                    return new Refusal(RefusalCode.TooManyPins, string.Create(CultureInfo.InvariantCulture, $"at most {MaximumPins}"));
                }

                transaction.Execute(
                    """
                    INSERT INTO pins (import_id, reason, actor, time_ms) VALUES (@id, @reason, @actor, @now)
                    ON CONFLICT (import_id) DO UPDATE SET reason = excluded.reason, actor = excluded.actor, time_ms = excluded.time_ms
                    """,
                    new { id, reason, actor, now = Now(transaction) });
                Record(transaction, held, "import.pinned", actor, $"{claim.Artifact}: {reason}");
                return null;
            },
            cancellationToken);

    /// <summary>
    /// Takes a pin away; where there is none, nothing changes. Refuses with <see cref="RefusalCode.ImportUnknown"/>, or as <see cref="RequestIds.Find"/> does.
    /// </summary>
    public Task<Outcome<ImportRecord>> UnpinAsync(string id, (string Id, Digest Body) request, string actor, CancellationToken cancellationToken) =>
        ChangeOnceAsync(
            id,
            request,
            actor,
            (transaction, held) =>
            {
                if (held.Pin is { } pin)
                {
                    transaction.Execute("DELETE FROM pins WHERE import_id = @id", new { id });
                    Record(transaction, held, "import.unpinned", actor, $"{held.Claim?.Artifact}, pinned by {pin.PinnedBy}: {pin.Reason}");
                }

                return null;
            },
            cancellationToken);

    /// <summary>Pinned imports, newest first, those that arrived before a position (null begins at the newest).</summary>
    public Task<IReadOnlyList<ImportRecord>> ListPinnedAsync(long? before, int count, CancellationToken cancellationToken) =>
        ReadAsync(
            reader => WithAcknowledgements(reader, reader.Query<ImportRow>(
                $"""
                SELECT {ImportRow.Columns} FROM imports WHERE id IN (SELECT import_id FROM pins) AND (@before IS NULL OR position < @before)
                ORDER BY position DESC LIMIT @count
                """,
                new { before, count })),
            cancellationToken);

    private static void Record(CatalogTransaction transaction, ImportRecord import, string action, string actor, string detail) =>
        AuditTable.Append(transaction, new AuditEntry { Actor = actor, TransferId = import.Id, Action = action, State = import.State.Word(), Detail = detail });

    private static Dictionary<string, Pin> Pins(CatalogReader reader, IReadOnlyList<ImportRow> rows) =>
        reader
            .Query<PinRow>(
                "SELECT import_id AS ImportId, reason AS Reason, actor AS Actor, time_ms AS Time FROM pins WHERE import_id IN @ids", new { ids = rows.Select(row => row.Id) })
            .ToDictionary(row => row.ImportId, row => new Pin(row.Reason, row.Actor, DateTimeOffset.FromUnixTimeMilliseconds(row.Time)), StringComparer.Ordinal);

    private sealed class PinRow
    {
        public string ImportId { get; init; } = "";

        public string Reason { get; init; } = "";

        public string Actor { get; init; } = "";

        public long Time { get; init; }
    }
}
