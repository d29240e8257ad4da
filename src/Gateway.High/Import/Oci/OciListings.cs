using System.Globalization;
using Gateway.High.Import.Access;
using Gateway.High.Import.Web;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Primitives;

namespace Gateway.High.Import.Oci;

/// <summary>A part of a list: <c>n</c> and <c>last</c> (distribution-spec, "Listing Tags").</summary>
/// <param name="Size">Most entries.</param>
/// <param name="Last">The entry before the first; empty for the beginning.</param>
internal readonly record struct OciPage(int Size, string Last)
{
    /// <summary>Most entries of a page, and those of one that asks for no number.</summary>
    private const int MaximumSize = 1_000;

    public static OciPage Read(Dictionary<string, StringValues> query) => new(
        int.TryParse(query.GetValueOrDefault("n").ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? Math.Min(n, MaximumSize) : MaximumSize,
        query.GetValueOrDefault("last").ToString());
}

/// <summary>Lists of a registry, which go on at the address in the <c>Link</c> header.</summary>
internal sealed class OciListings(Library library)
{
    /// <summary>Artifacts that are read from the catalog at a time.</summary>
    private const int BatchSize = 1_000;

    /// <summary>Answers with the tags of an artifact: its versions, and the one that stands for the current of them.</summary>
    public async Task TagsAsync(HttpContext context, OciRequest request, PublishedVersion current, OciPage page)
    {
        var versions = await library.ListVersionsAsync(current.Artifact, context.RequestAborted);
        var tags = versions.Select(version => version.Artifact.Version);
        if (current.Import.Published().Succeeded(out _, out _))
        {
            tags = tags.Append(OciReference.Latest).Distinct(StringComparer.Ordinal);
        }

        await AnswerAsync(context, "tags", [.. tags.Where(tag => page.Last.Length == 0 || Compare(tag, page.Last) > 0).Order(Comparer<string>.Create(Compare)).Take(page.Size + 1)], page, request.Name);
    }

    /// <summary>Answers with the repositories that a key is for.</summary>
    public async Task CatalogAsync(HttpContext context, Reader reader, OciPage page)
    {
        var names = new List<string>();
        foreach (var (kind, prefix) in OciRepositoryName.Prefixes)
        {
            var isWithin = page.Last.StartsWith(prefix, StringComparison.Ordinal);
            if (!isWithin && string.CompareOrdinal(page.Last, prefix) > 0)
            {
                continue;
            }

            var after = isWithin ? page.Last[prefix.Length..] : "";
            for (var count = BatchSize; count == BatchSize && names.Count <= page.Size;)
            {
                var read = await library.ListCurrentAsync(kind, after, BatchSize, context.RequestAborted);
                names.AddRange(read
                    .Where(version => version.Import.Published().Succeeded(out _, out _) && reader.MayRead(version.Artifact.FullName))
                    .Select(version => OciRepositoryName.Of(version.Artifact))
                    .OfType<string>());
                count = read.Count;
                after = count > 0 ? read[^1].Artifact.FoldedName : after;
            }
        }

        await AnswerAsync(context, "repositories", names, page, name: null);
    }

    /// <summary>Case-insensitive, as the specification has it; tags that differ in nothing else have an order, too.</summary>
    private static int Compare(string left, string right) =>
        string.Compare(left, right, StringComparison.OrdinalIgnoreCase) is var order and not 0 ? order : string.CompareOrdinal(left, right);

    private static async Task AnswerAsync(HttpContext context, string member, List<string> entries, OciPage page, string? name)
    {
        if (entries.Count > page.Size && page.Size > 0)
        {
            var next = new QueryBuilder { { "n", page.Size.ToString(CultureInfo.InvariantCulture) }, { "last", entries[page.Size - 1] } };
            context.Response.Headers.Link = $"<{context.Request.Path}{next}>; rel=\"next\"";
        }

        using var answer = JsonAnswer.Begin(context);
        answer.Json.WriteStartObject();
        if (name is not null)
        {
            answer.Json.WriteString("name", name);
        }

        answer.Json.WriteStartArray(member);
        foreach (var entry in entries.Take(page.Size))
        {
            answer.Json.WriteStringValue(entry);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteEndObject();
        await answer.EndAsync();
    }
}
