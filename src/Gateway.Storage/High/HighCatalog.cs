using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>The high side's catalog: imports, the ledger of what was published, blocks on disk, events. Every change writes its audit record in the same transaction.</summary>
public sealed partial class HighCatalog : SqliteCatalog
{
    private HighCatalog(string path, TimeProvider clock)
        : base(path, clock)
    {
    }

    /// <summary>Raised after each committed change of an import.</summary>
    public ImportSignal Changes { get; } = new();

    /// <summary>Raised after each committed publication.</summary>
    public ImportSignal Publications { get; } = new();

    /// <summary>Raised after each committed change of state, with the import as it was then.</summary>
    public event Action<ImportRecord>? StateChanged;

    protected override string Schema => "high";

    protected override IReadOnlyList<string> Migrations => HighSchema.Migrations;

    /// <summary>Opens the database and brings it up to date. Refuses with <see cref="RefusalCode.CatalogNewer"/>.</summary>
    public static async Task<Outcome<HighCatalog>> OpenAsync(string path, TimeProvider clock)
    {
        var catalog = new HighCatalog(path, clock);
        if (catalog.Prepare() is { } refusal)
        {
            await catalog.DisposeAsync();
            return refusal;
        }

        return catalog;
    }

    /// <summary>One import. Refuses with <see cref="RefusalCode.ImportUnknown"/>.</summary>
    public Task<Outcome<ImportRecord>> FindAsync(string id, CancellationToken cancellationToken) =>
        ReadAsync(
            reader => Find(reader, id) is { } record ? (Outcome<ImportRecord>)record : new Refusal(RefusalCode.ImportUnknown, id),
            cancellationToken);

    /// <summary>A version of the ledger, or the current one where no version is given: where none can be read any more, the last that could. Refuses with <see cref="RefusalCode.ImportUnknown"/>.</summary>
    public Task<Outcome<ImportRecord>> FindPublishedAsync(string foldedName, string? foldedVersion, CancellationToken cancellationToken) =>
        ReadAsync<Outcome<ImportRecord>>(
            reader =>
            {
                var id = foldedVersion is null
                    ? reader.Scalar<string>("SELECT current_import_id FROM artifacts WHERE folded_name = @foldedName", new { foldedName })
                    : reader.Scalar<string>(
                        "SELECT import_id FROM versions WHERE folded_name = @foldedName AND folded_version = @foldedVersion",
                        new { foldedName, foldedVersion });
                return id is not null && Find(reader, id) is { } record ? record : new Refusal(RefusalCode.ImportUnknown, foldedName);
            },
            cancellationToken);

    /// <summary>The published import of a manifest, or null.</summary>
    public Task<ImportRecord?> FindByManifestAsync(string foldedName, Digest manifest, CancellationToken cancellationToken) =>
        ReadAsync(
            reader => reader.Scalar<string>(
                "SELECT import_id FROM versions WHERE folded_name = @foldedName AND manifest_sha256 = @manifest",
                new { foldedName, manifest = manifest.Hex }) is { } id ? Find(reader, id) : null,
            cancellationToken);

    /// <summary>Newest first, those that arrived before a position (null begins at the newest).</summary>
    public Task<IReadOnlyList<ImportRecord>> ListAsync(ImportState? state, long? before, int count, CancellationToken cancellationToken) =>
        ReadAsync(
            reader => WithAcknowledgements(reader, reader.Query<ImportRow>(
                $"""
                SELECT {ImportRow.Columns} FROM imports
                WHERE (@state IS NULL OR state = @state) AND (@before IS NULL OR position < @before) ORDER BY position DESC LIMIT @count
                """,
                new { state = (int?)state, before, count })),
            cancellationToken);

    /// <summary>All in a state, oldest first: what a restart carries on with. Few, because open imports are limited.</summary>
    public Task<IReadOnlyList<ImportRecord>> ListOpenAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            reader => WithAcknowledgements(reader, reader.Query<ImportRow>(
                $"SELECT {ImportRow.Columns} FROM imports WHERE state IN (1, 2, 3) ORDER BY position")),
            cancellationToken);

    /// <summary>The blocks of an import that are on disk, or null.</summary>
    public Task<StoredBlocks?> FindBlocksAsync(string id, CancellationToken cancellationToken) =>
        ReadAsync(reader => Blocks(reader, id), cancellationToken);

    private static StoredBlocks? Blocks(CatalogReader reader, string id) =>
        reader.QueryFirst<BlocksRow>("SELECT block_bytes AS BlockBytes, bitmap AS Bitmap FROM blocks WHERE import_id = @id", new { id })
            is { } row ? new StoredBlocks(row.BlockBytes, row.Bitmap) : null;

    private static ImportRecord? Find(CatalogReader reader, string id) =>
        reader.QueryFirst<ImportRow>($"SELECT {ImportRow.Columns} FROM imports WHERE id = @id", new { id }) is { } row
            ? WithAcknowledgements(reader, [row])[0]
            : null;

    private static IReadOnlyList<ImportRecord> WithAcknowledgements(CatalogReader reader, IReadOnlyList<ImportRow> rows)
    {
        var consumers = reader
            .Query<AcknowledgementRow>(
                "SELECT import_id AS ImportId, consumer AS Consumer FROM acknowledgements WHERE import_id IN @ids ORDER BY time_ms, consumer",
                new { ids = rows.Select(row => row.Id) })
            .ToLookup(row => row.ImportId, row => row.Consumer);
        var revocations = Revocations(reader, rows);
        var (pins, retirements) = (Pins(reader, rows), Retirements(reader, rows));
        return
        [
            .. rows.Select(row => row.ToRecord([.. consumers[row.Id]]) with
            {
                Revocation = revocations.GetValueOrDefault(row.Id), Pin = pins.GetValueOrDefault(row.Id), Retirement = retirements.GetValueOrDefault(row.Id),
            }),
        ];
    }

    private async Task<T> ChangeAsync<T>(Func<CatalogTransaction, T> change, CancellationToken cancellationToken)
    {
        var (result, events) = await WriteAsync(
            transaction =>
            {
                var before = LastEvent(transaction);
                return (change(transaction), Events(transaction, before, int.MaxValue));
            },
            cancellationToken).ConfigureAwait(false);
        Changes.Raise();
        if (events.Any(told => told.Import.State == ImportState.Published))
        {
            Publications.Raise();
        }

        foreach (var told in events)
        {
            StateChanged?.Invoke(told.Import);
        }

        return result;
    }

    /// <summary>
    /// Changes an import for a request, once: the same request again finds what it made. Refuses with <see cref="RefusalCode.ImportUnknown"/>, as <see cref="RequestIds.Find"/> does, and
    /// with what the change refuses.
    /// </summary>
    private Task<Outcome<ImportRecord>> ChangeOnceAsync(
        string id, (string Id, Digest Body) request, string actor, Func<CatalogTransaction, ImportRecord, Refusal?> change, CancellationToken cancellationToken) =>
        ChangeAsync<Outcome<ImportRecord>>(
            transaction =>
            {
                if (!RequestIds.Find(transaction, actor, request.Id, request.Body).Succeeded(out var earlier, out var refusal))
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

                if (change(transaction, held) is { } objection)
                {
                    return objection;
                }

                RequestIds.Record(transaction, actor, request.Id, request.Body, id);
                return Find(transaction, id)!;
            },
            cancellationToken);

    /// <summary>Records that an import is in a new state, after it was changed: the event with the import as it now is, and the audit record.</summary>
    private static void Announce(CatalogTransaction transaction, string id, ImportState state, Refusal? refusal, string actor, string detail)
    {
        var row = transaction.QueryFirst<ImportRow>($"SELECT {ImportRow.Columns} FROM imports WHERE id = @id", new { id })!;
        transaction.Execute(
            """
            INSERT INTO import_events (number, import_id, import, time_ms)
            VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM import_events), @id, @import, @now)
            """,
            new { id, import = JsonSerializer.Serialize(row, ImportRowJson.Default.ImportRow), now = Now(transaction) });
        AuditTable.Append(transaction, new AuditEntry
        {
            Actor = actor,
            TransferId = id,
            Action = $"import.{state.Word()}",
            State = state.Word(),
            Refusal = refusal?.Code ?? RefusalCode.Unspecified,
            Detail = refusal?.Sentence ?? detail,
        });
    }

    private static long Now(CatalogTransaction transaction) => transaction.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed class BlocksRow
    {
        public int BlockBytes { get; init; }

        public byte[] Bitmap { get; init; } = [];
    }

    private sealed record AcknowledgementRow(string ImportId, string Consumer);
}
