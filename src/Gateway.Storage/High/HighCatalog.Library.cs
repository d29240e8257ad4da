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

    /// <summary>The versions of an artifact, newest first.</summary>
    public Task<IReadOnlyList<ImportRecord>> ListVersionsAsync(string foldedName, int count, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ImportRecord>>(
            reader =>
            [
                .. reader.Query<ImportRow>(
                    $"""
                    SELECT {ImportRow.Columns} FROM imports WHERE id IN (SELECT import_id FROM versions WHERE folded_name = @foldedName)
                    ORDER BY sequence DESC LIMIT @count
                    """,
                    new { foldedName, count }).Select(row => row.ToRecord([])),
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
}
