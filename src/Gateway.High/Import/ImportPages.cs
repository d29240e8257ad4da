using System.Globalization;
using Gateway.Hosting.Calls;
using Gateway.Storage.High;

namespace Gateway.High.Import;

/// <summary>A page of imports, newest first.</summary>
internal sealed record ImportPage(IReadOnlyList<ImportRecord> Imports, string NextPageToken);

/// <summary>Pages of imports.</summary>
internal static class ImportPages
{
    public static async Task<ImportPage> ReadAsync(
        HighCatalog catalog, ImportState? state, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var list = string.Create(CultureInfo.InvariantCulture, $"imports:{(int?)state ?? 0}");
        var size = PageSize.Of(pageSize, ImportCalls.DefaultPageSize, ImportCalls.MaximumPageSize).OrRefuse();
        var before = PageToken.ReadNumber(list, pageToken, first: long.MaxValue).OrRefuse();
        var imports = await catalog.ListAsync(state, before, size + 1, cancellationToken);
        return imports.Count > size
            ? new([.. imports.Take(size)], PageToken.After(list, imports[size - 1].Position))
            : new(imports, "");
    }
}
