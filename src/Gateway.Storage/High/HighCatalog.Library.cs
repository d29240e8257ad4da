using Gateway.Core.Manifests;

namespace Gateway.Storage.High;

/// <summary>What is published, by name and version, as readers ask for it.</summary>
public sealed partial class HighCatalog
{
    /// <summary>The current versions of artifacts after a folded name, in the order of folded names.</summary>
    public Task<IReadOnlyList<ImportRecord>> ListCurrentAsync(ArtifactKind? kind, string after, int count, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ImportRecord>>(
            reader =>
            {
                var rows = reader.Query<ImportRow>(
                    $"""
                    SELECT {ImportRow.Columns} FROM imports WHERE id IN (
                        SELECT current_import_id FROM artifacts WHERE folded_name > @after AND (@kind IS NULL OR kind = @kind)
                            AND EXISTS (SELECT 1 FROM imports AS held WHERE held.id = current_import_id AND held.state = 4)
                        ORDER BY folded_name LIMIT @count)
                    """,
                    new { kind = (int?)kind, after, count });
                return [.. rows.Select(row => row.ToRecord([])).OrderBy(import => import.Claim!.Artifact.FoldedName, StringComparer.Ordinal)];
            },
            cancellationToken);

    /// <summary>The published versions of an artifact, newest first.</summary>
    public Task<IReadOnlyList<ImportRecord>> ListVersionsAsync(string foldedName, int count, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ImportRecord>>(
            reader =>
            [
                .. reader.Query<ImportRow>(
                    $"""
                    SELECT {ImportRow.Columns} FROM imports WHERE id IN (SELECT import_id FROM versions WHERE folded_name = @foldedName)
                    AND state = @published ORDER BY sequence DESC LIMIT @count
                    """,
                    new { foldedName, count, published = (int)ImportState.Published }).Select(row => row.ToRecord([])),
            ],
            cancellationToken);

    /// <summary>The published version whose manifest's digest begins with hex digits, or null; the newest where there are two.</summary>
    public Task<ImportRecord?> FindByManifestPrefixAsync(string foldedName, string hexDigits, CancellationToken cancellationToken) =>
        ReadAsync(
            reader => reader.Scalar<string>(
                """
                SELECT import_id FROM versions WHERE folded_name = @foldedName AND manifest_sha256 >= @hexDigits AND manifest_sha256 < @end ORDER BY sequence DESC LIMIT 1
                """,
                new { foldedName, hexDigits, end = hexDigits + "g" }) is { } id ? Find(reader, id) : null,
            cancellationToken);

    /// <summary>
    /// Names of artifacts that have a published version, in the order of their directories (<c>org/name/</c>), which is not that of the names: a hyphen comes before
    /// a slash.
    /// </summary>
    /// <param name="kind">What they are.</param>
    /// <param name="from">The first directory that may be among them.</param>
    /// <param name="before">Directories from here on are not among them.</param>
    /// <param name="count">Most names.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<string>> ListNamesAsync(ArtifactKind kind, string from, string before, int count, CancellationToken cancellationToken) =>
        ReadAsync(
            reader => reader.Query<string>(
                """
                SELECT name FROM artifacts WHERE kind = @kind AND name || '/' >= @from AND name || '/' < @before AND EXISTS (
                    SELECT 1 FROM versions JOIN imports ON imports.id = versions.import_id WHERE versions.folded_name = artifacts.folded_name AND imports.state = @published)
                ORDER BY name || '/' LIMIT @count
                """,
                new { kind = (int)kind, from, before, count, published = (int)ImportState.Published }),
            cancellationToken);

    /// <summary>Published versions of an artifact, bounded and in the order of their directories as above.</summary>
    public Task<IReadOnlyList<ImportRecord>> ListVersionsAsync(string foldedName, string from, string before, int count, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ImportRecord>>(
            reader =>
            [
                .. reader.Query<ImportRow>(
                    $"""
                    SELECT {ImportRow.Columns} FROM imports WHERE id IN (SELECT import_id FROM versions WHERE folded_name = @foldedName)
                    AND state = @published AND version || '/' >= @from AND version || '/' < @before ORDER BY version || '/' LIMIT @count
                    """,
                    new { foldedName, from, before, count, published = (int)ImportState.Published }).Select(row => row.ToRecord([])),
            ],
            cancellationToken);
}
