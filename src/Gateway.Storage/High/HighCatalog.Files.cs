using Gateway.Core;

namespace Gateway.Storage.High;

/// <summary>Which files published versions hold, by digest: what an import has in common with them need not cross again.</summary>
public sealed partial class HighCatalog
{
    /// <summary>Rows of one transaction, so that a manifest of many files does not keep the lanes' reports waiting.</summary>
    private const int FilesPerTransaction = 10_000;

    /// <summary>Digests of one question: SQLite takes 32,766 parameters.</summary>
    private const int DigestsPerQuestion = 5_000;

    /// <summary>Records the files of an import that is about to be published; until it is, they count for nobody. Those on record already are left as they are.</summary>
    public async Task RecordFilesAsync(string id, IEnumerable<Digest> files, CancellationToken cancellationToken)
    {
        foreach (var some in files.Chunk(FilesPerTransaction))
        {
            await WriteAsync(
                transaction => transaction.Execute(
                    "INSERT INTO published_files (sha256, import_id) VALUES (@sha256, @id) ON CONFLICT (sha256, import_id) DO NOTHING",
                    some.Select(digest => new { sha256 = Convert.FromHexString(digest.Hex), id })),
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets the files of an import that is never published again; the same again does nothing.</summary>
    public async Task ForgetFilesAsync(string id, CancellationToken cancellationToken)
    {
        int forgotten;
        do
        {
            forgotten = await WriteAsync(
                transaction => transaction.Execute(
                    "DELETE FROM published_files WHERE import_id = @id AND sha256 IN (SELECT sha256 FROM published_files WHERE import_id = @id LIMIT @count)",
                    new { id, count = FilesPerTransaction }),
                cancellationToken).ConfigureAwait(false);
        }
        while (forgotten == FilesPerTransaction);
    }

    /// <summary>For those of some files that a version holds which readers can see now: the import of one that does.</summary>
    public async Task<IReadOnlyDictionary<Digest, string>> FindHoldersAsync(IEnumerable<Digest> files, CancellationToken cancellationToken)
    {
        var holders = new Dictionary<Digest, string>();
        foreach (var some in files.Chunk(DigestsPerQuestion))
        {
            var rows = await ReadAsync(
                reader => reader.Query<HolderRow>(
                    """
                    SELECT sha256 AS Sha256, MAX(import_id) AS ImportId FROM published_files JOIN imports ON id = import_id
                    WHERE sha256 IN @digests AND state = @published GROUP BY sha256
                    """,
                    new { digests = some.Select(digest => Convert.FromHexString(digest.Hex)), published = (int)ImportState.Published }),
                cancellationToken).ConfigureAwait(false);
            foreach (var row in rows)
            {
                holders[Digest.FromHash(row.Sha256)] = row.ImportId;
            }
        }

        return holders;
    }

    /// <summary>
    /// Records blocks of an incomplete import that lie in files which published versions hold: verifying once none is missing. Does nothing, and gives null, where the import
    /// is not incomplete, or other blocks came since <paramref name="before"/> was read.
    /// </summary>
    public Task<ImportState?> HoldAsync(
        string id, StoredBlocks? before, StoredBlocks blocks, long receivedBytes, long missingBlocks, CancellationToken cancellationToken) =>
        ChangeAsync<ImportState?>(
            transaction =>
                Find(transaction, id) is { State: ImportState.Incomplete } held && IsSame(Blocks(transaction, id), before)
                    ? Progress(transaction, held, blocks, receivedBytes, missingBlocks, sessionEnded: true)
                    : null,
            cancellationToken);

    private static bool IsSame(StoredBlocks? one, StoredBlocks? other) =>
        one?.BlockBytes == other?.BlockBytes && (one?.Bitmap ?? []).AsSpan().SequenceEqual(other?.Bitmap ?? []);

    private sealed class HolderRow
    {
        public byte[] Sha256 { get; init; } = [];

        public string ImportId { get; init; } = "";
    }
}
