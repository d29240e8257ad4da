using System.Globalization;
using System.Text;
using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import.Access;
using Gateway.High.Import.Web;

namespace Gateway.High.Import.HuggingFace;

/// <summary>
/// The hub's answers in JSON. Every file is shown as one of Git LFS, whose object id is a SHA-256: so clients name blobs by a digest that people signed, and
/// <c>hf cache verify</c> checks it. Object ids of git itself, which nobody can check here, are the beginning of that digest.
/// </summary>
internal static class HuggingFaceListings
{
    /// <summary>Hex digits of the ids that stand for those of git.</summary>
    private const int ObjectIdLength = 40;

    /// <summary>Hex digits of a database id on the hub.</summary>
    private const int DatabaseIdLength = 24;

    public static async Task WhoAmIAsync(HttpContext context, Reader reader)
    {
        using var answer = JsonAnswer.Begin(context);
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteString("type", "user");
        json.WriteString("id", reader.KeyId);
        json.WriteString("name", reader.Owner);
        json.WriteString("fullname", reader.Owner);
        json.WriteStartArray("orgs");
        json.WriteEndArray();
        json.WriteStartObject("auth");
        json.WriteString("type", "access_token");
        json.WriteStartObject("accessToken");
        json.WriteString("displayName", reader.Label);
        json.WriteString("role", "read");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        await answer.EndAsync();
    }

    public static async Task EmptyAsync(HttpContext context)
    {
        using var answer = JsonAnswer.Begin(context);
        answer.Json.WriteStartObject();
        answer.Json.WriteEndObject();
        await answer.EndAsync();
    }

    public static async Task ListAsync(HttpContext context, IEnumerable<PublishedVersion> versions)
    {
        using var answer = JsonAnswer.Begin(context);
        answer.Json.WriteStartArray();
        foreach (var version in versions)
        {
            answer.Json.WriteStartObject();
            Head(answer.Json, version);
            answer.Json.WriteEndObject();
            await answer.PaceAsync();
        }

        answer.Json.WriteEndArray();
        await answer.EndAsync();
    }

    public static async Task InfoAsync(HttpContext context, PublishedVersion version, bool withBlobs)
    {
        using var answer = JsonAnswer.Begin(context);
        var json = answer.Json;
        json.WriteStartObject();
        Head(json, version);
        json.WriteNumber("usedStorage", version.Claim.Bytes);
        json.WriteStartArray("siblings");
        foreach (var file in version.Files)
        {
            json.WriteStartObject();
            json.WriteString("rfilename", file.Path.Value);
            if (withBlobs)
            {
                json.WriteNumber("size", file.Bytes);
                json.WriteString("blobId", ObjectIdOf(file));
                json.WriteStartObject("lfs");
                json.WriteString("sha256", file.Digest.Hex);
                json.WriteNumber("size", file.Bytes);
                json.WriteNumber("pointerSize", PointerBytes(file));
                json.WriteEndObject();
            }

            json.WriteEndObject();
            await answer.PaceAsync();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await answer.EndAsync();
    }

    /// <summary>Refuses with <see cref="RefusalCode.FileUnknown"/> where there is no such directory.</summary>
    public static async Task<Refusal?> TreeAsync(HttpContext context, PublishedVersion version, string directory, bool isRecursive, bool expand)
    {
        using var files = version.FilesBelow(directory).GetEnumerator();
        if (!files.MoveNext())
        {
            return new Refusal(RefusalCode.FileUnknown, directory);
        }

        using var answer = JsonAnswer.Begin(context);
        answer.Json.WriteStartArray();
        var depth = directory.Length == 0 ? 0 : directory.Length + 1;
        var last = "";
        do
        {
            // The files of a directory lie together, so that one is new where the file before it was not in it.
            var path = files.Current.Path.Value;
            for (var slash = path.IndexOf('/', depth); slash >= 0; slash = isRecursive ? path.IndexOf('/', slash + 1) : -1)
            {
                if (!last.StartsWith(path[..(slash + 1)], StringComparison.Ordinal))
                {
                    Directory(answer.Json, version, path[..slash], expand);
                }
            }

            if (isRecursive || path.IndexOf('/', depth) < 0)
            {
                File(answer.Json, version, files.Current, expand);
            }

            last = path;
            await answer.PaceAsync();
        }
        while (files.MoveNext());
        answer.Json.WriteEndArray();
        await answer.EndAsync();
        return null;
    }

    /// <summary>What is not there is left out.</summary>
    public static async Task PathsInfoAsync(HttpContext context, PublishedVersion version, PathsInfoQuestion question)
    {
        using var answer = JsonAnswer.Begin(context);
        answer.Json.WriteStartArray();
        foreach (var path in question.Paths)
        {
            if (version.Find(path).Succeeded(out var file, out _))
            {
                File(answer.Json, version, file, question.Expand);
            }
            else if (path.Length > 0 && version.FilesBelow(path).Any())
            {
                Directory(answer.Json, version, path, question.Expand);
            }

            await answer.PaceAsync();
        }

        answer.Json.WriteEndArray();
        await answer.EndAsync();
    }

    public static async Task RefsAsync(HttpContext context, PublishedVersion current, IEnumerable<PublishedVersion> versions)
    {
        using var answer = JsonAnswer.Begin(context);
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteStartArray("branches");
        Reference(json, HuggingFaceRequest.Main, "refs/heads/main", current);
        json.WriteEndArray();
        json.WriteStartArray("converts");
        json.WriteEndArray();
        json.WriteStartArray("tags");
        foreach (var version in versions)
        {
            Reference(json, version.Artifact.Version, $"refs/tags/{version.Artifact.Version}", version);
            await answer.PaceAsync();
        }

        json.WriteEndArray();
        json.WriteStartArray("pullRequests");
        json.WriteEndArray();
        json.WriteEndObject();
        await answer.EndAsync();
    }

    public static async Task CommitsAsync(HttpContext context, IEnumerable<PublishedVersion> versions)
    {
        using var answer = JsonAnswer.Begin(context);
        var json = answer.Json;
        json.WriteStartArray();
        foreach (var version in versions)
        {
            json.WriteStartObject();
            json.WriteString("id", version.Commit);
            json.WriteString("title", version.Artifact.ToString());
            json.WriteString("message", $"release {version.Claim.Release.Hex}");
            json.WriteStartArray("authors");
            json.WriteStartObject();
            json.WriteString("user", version.Claim.Submitter);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("date", Time(version));
            json.WriteEndObject();
            await answer.PaceAsync();
        }

        json.WriteEndArray();
        await answer.EndAsync();
    }

    private static void Head(Utf8JsonWriter json, PublishedVersion version)
    {
        var name = version.Artifact.FullName;
        json.WriteString("_id", version.Commit.AsSpan(0, DatabaseIdLength));
        json.WriteString("id", name);
        if (version.Artifact.Kind == ArtifactKind.Checkpoint)
        {
            json.WriteString("modelId", name);
        }

        json.WriteString("author", version.Artifact.Org);
        json.WriteString("sha", version.Commit);
        json.WriteBoolean("private", false);
        json.WriteBoolean("gated", false);
        json.WriteBoolean("disabled", false);
        json.WriteNumber("downloads", 0);
        json.WriteNumber("likes", 0);
        json.WriteStartArray("tags");
        json.WriteEndArray();
        json.WriteString("createdAt", Time(version));
        json.WriteString("lastModified", Time(version));
    }

    private static void File(Utf8JsonWriter json, PublishedVersion version, ManifestFile file, bool expand)
    {
        json.WriteStartObject();
        json.WriteString("type", "file");
        json.WriteString("oid", ObjectIdOf(file));
        json.WriteNumber("size", file.Bytes);
        json.WriteStartObject("lfs");
        json.WriteString("oid", file.Digest.Hex);
        json.WriteNumber("size", file.Bytes);
        json.WriteNumber("pointerSize", PointerBytes(file));
        json.WriteEndObject();
        json.WriteString("path", file.Path.Value);
        LastCommit(json, version, expand);
        json.WriteEndObject();
    }

    private static void Directory(Utf8JsonWriter json, PublishedVersion version, string path, bool expand)
    {
        json.WriteStartObject();
        json.WriteString("type", "directory");
        json.WriteString("oid", Digest.Of(Encoding.UTF8.GetBytes($"{version.Commit}/{path}")).Hex.AsSpan(0, ObjectIdLength));
        json.WriteNumber("size", 0);
        json.WriteString("path", path);
        LastCommit(json, version, expand);
        json.WriteEndObject();
    }

    private static void LastCommit(Utf8JsonWriter json, PublishedVersion version, bool expand)
    {
        if (expand)
        {
            json.WriteStartObject("lastCommit");
            json.WriteString("id", version.Commit);
            json.WriteString("title", version.Artifact.ToString());
            json.WriteString("date", Time(version));
            json.WriteEndObject();
        }
    }

    private static void Reference(Utf8JsonWriter json, string name, string reference, PublishedVersion version)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("ref", reference);
        json.WriteString("targetCommit", version.Commit);
        json.WriteEndObject();
    }

    private static ReadOnlySpan<char> ObjectIdOf(ManifestFile file) => file.Digest.Hex.AsSpan(0, ObjectIdLength);

    /// <summary>Bytes of the pointer that git would hold in the file's place (git-lfs, docs/spec.md).</summary>
    private static int PointerBytes(ManifestFile file) =>
        $"version https://git-lfs.github.com/spec/v1\noid sha256:{file.Digest.Hex}\nsize {file.Bytes.ToString(CultureInfo.InvariantCulture)}\n".Length;

    private static string Time(PublishedVersion version) => version.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
