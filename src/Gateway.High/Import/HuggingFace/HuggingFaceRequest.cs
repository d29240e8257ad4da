using Gateway.Core.Manifests;
using Gateway.High.Import.Web;

namespace Gateway.High.Import.HuggingFace;

/// <summary>What a client of a hub asks for.</summary>
internal enum HuggingFaceVerb
{
    /// <summary>Bytes of a file.</summary>
    File = 1,

    /// <summary>A repository at a revision, and its files.</summary>
    Info,

    /// <summary>Names and sizes below a directory.</summary>
    Tree,

    /// <summary>Names and sizes of given paths.</summary>
    PathsInfo,

    /// <summary>Branches and tags.</summary>
    Refs,

    /// <summary>A revision and those before it.</summary>
    Commits,

    /// <summary>Whether the key is for a repository.</summary>
    AuthCheck,

    /// <summary>Whose key it is.</summary>
    WhoAmI,

    /// <summary>Repositories.</summary>
    List,
}

/// <summary>A request of the hub's protocol, read from its target. Revisions are one segment, in which slashes are escaped, so it is read before it is unescaped.</summary>
/// <param name="Verb">What is asked for.</param>
/// <param name="Kind">Models are checkpoints; null where it is neither those nor datasets.</param>
/// <param name="Repository"><c>org/name</c> as written; empty where none belongs to it.</param>
/// <param name="Revision">As written, unescaped; <c>main</c> where none was given.</param>
/// <param name="Path">File or directory within the repository, unescaped; empty for none.</param>
internal sealed record HuggingFaceRequest(HuggingFaceVerb Verb, ArtifactKind? Kind, string Repository = "", string Revision = HuggingFaceRequest.Main, string Path = "")
{
    public const string Main = "main";

    /// <summary>Reads the path of a request target (RFC 9112 section 3.2.1), without its query; null for what is no request of the protocol.</summary>
    public static HuggingFaceRequest? Parse(string path)
    {
        var segments = path.Split('/');
        if (segments.Length < 2 || segments[0].Length != 0)
        {
            return null;
        }

        for (var i = 1; i < segments.Length; i++)
        {
            if (RequestTarget.Unescape(segments[i]) is not { } segment)
            {
                return null;
            }

            segments[i] = segment;
        }

        return segments[1] == "api" ? ParseApi(segments.AsSpan(2)) : ParseFile(segments.AsSpan(1));
    }

    private static HuggingFaceRequest? ParseApi(ReadOnlySpan<string> segments)
    {
        if (segments is ["whoami-v2"])
        {
            return new(HuggingFaceVerb.WhoAmI, null);
        }

        if (segments is not [("models" or "datasets" or "spaces") and var type, .. var rest])
        {
            return null;
        }

        var kind = KindOf(type);
        return rest switch
        {
            [] => new(HuggingFaceVerb.List, kind),
            [var name] => new(HuggingFaceVerb.Info, kind, name),
            [var org, var name] => new(HuggingFaceVerb.Info, kind, $"{org}/{name}"),
            [var org, var name, "revision", var revision] => new(HuggingFaceVerb.Info, kind, $"{org}/{name}", revision),
            [var org, var name, "tree", var revision, .. var path] => new(HuggingFaceVerb.Tree, kind, $"{org}/{name}", revision, Join(path)),
            [var org, var name, "paths-info", var revision] => new(HuggingFaceVerb.PathsInfo, kind, $"{org}/{name}", revision),
            [var org, var name, "refs"] => new(HuggingFaceVerb.Refs, kind, $"{org}/{name}"),
            [var org, var name, "commits", var revision] => new(HuggingFaceVerb.Commits, kind, $"{org}/{name}", revision),
            [var org, var name, "auth-check"] => new(HuggingFaceVerb.AuthCheck, kind, $"{org}/{name}"),
            _ => null,
        };
    }

    private static HuggingFaceRequest? ParseFile(ReadOnlySpan<string> segments)
    {
        var kind = segments is [("datasets" or "spaces") and var type, ..] ? KindOf(type) : ArtifactKind.Checkpoint;
        return (segments is [("datasets" or "spaces"), ..] ? segments[1..] : segments) switch
        {
            [var org, var name, "resolve" or "raw", var revision, .. { Length: > 0 } path] => new(HuggingFaceVerb.File, kind, $"{org}/{name}", revision, Join(path)),
            [var name, "resolve" or "raw", var revision, .. { Length: > 0 } path] => new(HuggingFaceVerb.File, kind, name, revision, Join(path)),
            _ => null,
        };
    }

    private static ArtifactKind? KindOf(string type) => type switch
    {
        "models" => ArtifactKind.Checkpoint,
        "datasets" => ArtifactKind.Dataset,
        _ => null,
    };

    private static string Join(ReadOnlySpan<string> segments) => string.Join('/', segments).TrimEnd('/');
}
