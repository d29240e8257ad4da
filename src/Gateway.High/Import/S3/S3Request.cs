using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Manifests;
using Gateway.High.Import.Web;

namespace Gateway.High.Import.S3;

/// <summary>A request by its target, path style: <c>/bucket/key?query</c>.</summary>
/// <param name="Path">The path with its escapes taken back, which is what is signed.</param>
/// <param name="Bucket">Empty for the service itself.</param>
/// <param name="Key">Empty for the bucket itself.</param>
/// <param name="Query">Its parameters.</param>
internal sealed record S3Request(string Path, string Bucket, string Key, S3Query Query)
{
    /// <summary>Reads the target as it was sent; null for what is no UTF-8 in escapes. Dots and repeated slashes are part of a key, which then names nothing.</summary>
    public static S3Request? Parse(string path, string query)
    {
        if (!path.StartsWith('/') || RequestTarget.Unescape(path) is not { } unescaped || S3Query.Parse(query) is not { } parameters)
        {
            return null;
        }

        var slash = unescaped.IndexOf('/', 1);
        return slash < 0
            ? new S3Request(unescaped, unescaped[1..], "", parameters)
            : new S3Request(unescaped, unescaped[1..slash], unescaped[(slash + 1)..], parameters);
    }

    public static IReadOnlyList<string> Buckets { get; } = ["checkpoints", "datasets"];

    /// <summary>The kind of artifact that a bucket holds; buckets have the names of the published tree.</summary>
    public static ArtifactKind? KindOf(string bucket) => bucket switch
    {
        "checkpoints" => ArtifactKind.Checkpoint,
        "datasets" => ArtifactKind.Dataset,
        _ => null,
    };
}

/// <summary>A key: <c>org/name/version/path…</c>, where <c>current</c> stands for the current version.</summary>
internal sealed record S3Key(string Name, string Version, string Path)
{
    public const string Current = PublishedFiles.Current;

    /// <summary>Reads a key; false for one that has too few segments to name a file.</summary>
    public static bool TryParse(string key, [NotNullWhen(true)] out S3Key? parsed)
    {
        parsed = key.Split('/', 4) is [var org, var name, var version, var path] ? new($"{org}/{name}", version, path) : null;
        return parsed is not null;
    }
}
