using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>Versions that rules of retention take from readers. The ledger keeps them: neither the transfer nor the version comes again.</summary>
public sealed partial class HighCatalog
{
    /// <summary>
    /// What the rules say of published versions beside the current one of each artifact, in the order of folded names, newest first.
    /// </summary>
    /// <param name="rules">The rules, in their order.</param>
    /// <param name="after">Folded name and sequence of the last version before these; empty and 0 begin at the first.</param>
    /// <param name="count">Most versions.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<RetentionVerdict>> ListRetentionAsync(
        IReadOnlyList<RetentionRule> rules, (string FoldedName, long Sequence) after, int count, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<RetentionVerdict>>(
            reader =>
            {
                var rows = reader.Query<ImportRow>(
                    $"""
                    SELECT {ImportRow.Columns} FROM imports WHERE id IN (
                        SELECT import_id FROM versions JOIN artifacts ON artifacts.folded_name = versions.folded_name JOIN imports AS held ON held.id = import_id
                        WHERE versions.folded_name >= @FoldedName AND (versions.folded_name > @FoldedName OR versions.sequence < @Sequence)
                            AND held.state = 4 AND import_id <> current_import_id
                        ORDER BY versions.folded_name, versions.sequence DESC LIMIT @count)
                    """,
                    new { after.FoldedName, after.Sequence, count });
                var look = new RetentionLook(reader, rules);
                return
                [
                    .. WithAcknowledgements(reader, rows)
                        .OrderBy(import => import.Claim!.Artifact.FoldedName, StringComparer.Ordinal).ThenByDescending(import => import.Claim!.Sequence)
                        .Select(look.Judge),
                ];
            },
            cancellationToken);

    /// <summary>
    /// Retires a published version where the rules still say so: a pin, a delivery or a withdrawal of a newer version may have come since they were asked.
    /// </summary>
    /// <returns>The retired version; null where it is kept, or is not published any more.</returns>
    public Task<ImportRecord?> RetireAsync(string id, IReadOnlyList<RetentionRule> rules, CancellationToken cancellationToken) =>
        ChangeAsync(
            transaction =>
            {
                if (Find(transaction, id) is not { State: ImportState.Published, Claim: { } claim } held
                    || new RetentionLook(transaction, rules).Judge(held) is not { Hold: null, Rule: { } rule })
                {
                    return null;
                }

                transaction.Execute(
                    "INSERT INTO retirements (import_id, rule, time_ms) VALUES (@id, @rule, @now)", new { id, rule = rule.ToString(), now = Now(transaction) });

                // Only dead letters are left, which nobody could be given again.
                transaction.Execute("DELETE FROM deliveries WHERE import_id = @id", new { id });
                SetState(transaction, id, ImportState.Retired, null);
                MoveCurrent(transaction, claim.Artifact.FoldedName);
                Announce(transaction, id, ImportState.Retired, null, AuditEntry.Service, $"{claim.Artifact}, rule {rule}");
                return Find(transaction, id);
            },
            cancellationToken);

    private static Dictionary<string, Retirement> Retirements(CatalogReader reader, IReadOnlyList<ImportRow> rows) =>
        reader
            .Query<RetirementRow>(
                "SELECT import_id AS ImportId, rule AS Rule, time_ms AS Time FROM retirements WHERE import_id IN @ids", new { ids = rows.Select(row => row.Id) })
            .ToDictionary(row => row.ImportId, row => new Retirement(row.Rule, DateTimeOffset.FromUnixTimeMilliseconds(row.Time)), StringComparer.Ordinal);

    /// <summary>What the rules say within one reading of the catalog.</summary>
    private sealed class RetentionLook(CatalogReader reader, IReadOnlyList<RetentionRule> rules)
    {
        private readonly Dictionary<string, ArtifactLook> artifacts = new(StringComparer.Ordinal);
        private IReadOnlyList<ConsumerRecord>? consumers;

        /// <summary>Judges a published version.</summary>
        public RetentionVerdict Judge(ImportRecord import)
        {
            var claim = import.Claim!;
            var rule = rules.FirstOrDefault(candidate => candidate.Fits(claim.Artifact));
            return rule is null ? Keep(RetentionHold.NoRule)
                : Look(claim.Artifact.FoldedName, rule) is var artifact && (import.Id == artifact.Current || claim.Sequence >= artifact.OldestKept) ? Keep(RetentionHold.Newest)
                : import.Pin is { } pin ? Keep(RetentionHold.Pinned, pin.PinnedBy)
                : import.Revocation is { } revocation ? Keep(RetentionHold.RevocationRequested, revocation.RequestedBy)
                : FindPending(import) is { } consumer ? Keep(RetentionHold.Pending, consumer)
                : rule.KeepUnacknowledged && import.AcknowledgedBy.Count == 0 ? Keep(RetentionHold.Unacknowledged)
                : new(import, rule, null, "");

            RetentionVerdict Keep(RetentionHold hold, string detail = "") => new(import, rule, hold, detail);
        }

        private ArtifactLook Look(string foldedName, RetentionRule rule)
        {
            if (!artifacts.TryGetValue(foldedName, out var look))
            {
                // Where there are fewer, all of them are kept.
                var oldest = reader.Scalar<long?>(
                    """
                    SELECT versions.sequence FROM versions JOIN imports ON imports.id = import_id
                    WHERE folded_name = @foldedName AND state = 4 ORDER BY versions.sequence DESC LIMIT 1 OFFSET @skipped
                    """,
                    new { foldedName, skipped = rule.KeepLast - 1 }) ?? 0;
                look = new(reader.Scalar<string>("SELECT current_import_id FROM artifacts WHERE folded_name = @foldedName", new { foldedName }), oldest);
                artifacts.Add(foldedName, look);
            }

            return look;
        }

        /// <summary>A consumer that is to take a version over: it has a delivery of it, or its place is before the publication.</summary>
        private string? FindPending(ImportRecord import)
        {
            var deliveries = reader
                .Query<PendingRow>("SELECT consumer AS Consumer, state AS State FROM deliveries WHERE import_id = @Id ORDER BY consumer", new { import.Id })
                .ToDictionary(row => row.Consumer, row => (DeliveryState)row.State, StringComparer.Ordinal);
            if (deliveries.FirstOrDefault(delivery => delivery.Value is DeliveryState.Waiting or DeliveryState.Outstanding).Key is { } consumer)
            {
                return consumer;
            }

            consumers ??= [.. reader.Query<ConsumerRow>($"SELECT {ConsumerColumns} FROM consumers ORDER BY name").Select(row => row.ToRecord())];
            var publication = reader.Scalar<long>("SELECT MAX(number) FROM import_events WHERE import_id = @Id", new { import.Id });
            return consumers
                .FirstOrDefault(behind => behind.Cursor < publication
                    && behind.Settings.Takes(import.Claim!)
                    && !import.AcknowledgedBy.Contains(behind.Name)
                    && !deliveries.ContainsKey(behind.Name))
                ?.Name;
        }
    }

    /// <summary>What readers of an artifact's name are led to, and the sequence from which on versions are kept.</summary>
    private sealed record ArtifactLook(string? Current, long OldestKept);

    private sealed class PendingRow
    {
        public string Consumer { get; init; } = "";

        public int State { get; init; }
    }

    private sealed class RetirementRow
    {
        public string ImportId { get; init; } = "";

        public string Rule { get; init; } = "";

        public long Time { get; init; }
    }
}
