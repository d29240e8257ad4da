using Gateway.Core.Inspection;
using Gateway.Core.Wire;

namespace Gateway.Core.Manifests;

/// <summary>One file of an artifact.</summary>
/// <param name="Path">Where it goes.</param>
/// <param name="Bytes">Its size, 0 or more.</param>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="Format">What the submitter says it is, e.g. <c>safetensors</c>.</param>
public sealed record ManifestFile(ArtifactPath Path, long Bytes, Digest Digest, string Format)
{
    /// <summary>A file of the same artifact, with a JSON Schema that every line of this one satisfies; null where none is named.</summary>
    public ArtifactPath? Schema { get; init; }
}

/// <summary>What a submitter wants to bring over: an artifact and its files. Signed by them.</summary>
public sealed class Manifest
{
    /// <summary>The statement's predicate type.</summary>
    public const string PredicateType = "urn:gateway:manifest:v1";

    /// <summary>Most files: their paths and digests are held in memory.</summary>
    public const int MaximumFiles = 200_000;

    /// <summary>Most bytes of a payload: <see cref="MaximumFiles"/> paths of some 200 bytes; longer paths mean fewer files.</summary>
    public const int MaximumPayloadBytes = 64 << 20;

    /// <summary>Largest schema, in bytes: it is held as objects, and schemas of rows have some kilobytes.</summary>
    public const int MaximumSchemaBytes = 1 << 20;

    private Manifest(ManifestHead head, IReadOnlyList<ManifestFile> files, long totalBytes)
    {
        Head = head;
        Files = files;
        TotalBytes = totalBytes;
    }

    /// <summary>Everything but the files.</summary>
    public ManifestHead Head { get; }

    public ArtifactName Artifact => Head.Artifact;

    /// <summary>What the site calls its sensitivity; empty where none was given, which takes the strictest threshold.</summary>
    public string Class => Head.Class;

    /// <summary>Id of the submitting person.</summary>
    public string Submitter => Head.Submitter;

    public string Purpose => Head.Purpose;

    /// <summary>SPDX expression, or empty.</summary>
    public string Licence => Head.Licence;

    /// <summary>Where it came from, or empty.</summary>
    public string Source => Head.Source;

    /// <summary>In the order of their paths, which is the order of the byte stream.</summary>
    public IReadOnlyList<ManifestFile> Files { get; }

    /// <summary>Length of the byte stream.</summary>
    public long TotalBytes { get; }

    /// <summary>
    /// Puts the files in order and checks all rules. Refuses with <see cref="RefusalCode.NoFiles"/>, <see cref="RefusalCode.TooManyFiles"/>,
    /// <see cref="RefusalCode.PathCollision"/>, <see cref="RefusalCode.TooLarge"/> or <see cref="RefusalCode.DocumentInvalid"/>.
    /// </summary>
    public static Outcome<Manifest> Create(ManifestHead head, IEnumerable<ManifestFile> files)
    {
        var ordered = files.Take(MaximumFiles + 1).ToArray();
        Array.Sort(ordered, (a, b) => ArtifactPath.Compare(a.Path, b.Path));
        return Check(head, ordered);
    }

    /// <summary>Reads the payload of a manifest strictly; another spelling of the same document is refused.</summary>
    public static Outcome<Manifest> Parse(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > MaximumPayloadBytes)
        {
            return new Refusal(RefusalCode.TooLarge, $"a manifest of more than {MaximumPayloadBytes} bytes");
        }

        if (!ManifestJson.Read(payload.Span).Succeeded(out var read, out var refusal)
            || !Check(read.Head, read.Files).Succeeded(out var manifest, out refusal))
        {
            return refusal;
        }

        return StatementWriter.CheckSpelling(payload, writer => ManifestJson.Write(writer, manifest)) is { } spelling ? spelling : manifest;
    }

    /// <summary>Where some of the files lie in the byte stream, in its order. Empty ones take no place.</summary>
    /// <param name="isWanted">Given the index of a file.</param>
    public IEnumerable<ByteSpan> SpansOf(Func<int, bool> isWanted)
    {
        var begin = 0L;
        for (var index = 0; index < Files.Count; index++)
        {
            var end = begin + Files[index].Bytes;
            if (end > begin && isWanted(index))
            {
                yield return new(begin, end);
            }

            begin = end;
        }
    }

    /// <summary>The canonical statement.</summary>
    public byte[] ToPayload() => StatementWriter.ToBytes(writer => ManifestJson.Write(writer, this));

    private static Outcome<Manifest> Check(ManifestHead head, ManifestFile[] files)
    {
        if (files.Length == 0)
        {
            return new Refusal(RefusalCode.NoFiles, "");
        }

        if (files.Length > MaximumFiles)
        {
            return new Refusal(RefusalCode.TooManyFiles, $"more than {MaximumFiles}");
        }

        if (head.Fault() is { } fault)
        {
            return new Refusal(RefusalCode.DocumentInvalid, fault);
        }

        long total = 0;
        foreach (var file in files)
        {
            if (file.Bytes < 0 || !StatementText.IsFormat(file.Format))
            {
                return new Refusal(RefusalCode.DocumentInvalid, $"size or format of {file.Path}");
            }

            if (file.Bytes > long.MaxValue - total)
            {
                return new Refusal(RefusalCode.TooLarge, "more bytes than can be counted");
            }

            total += file.Bytes;
        }

        return ArtifactPaths.CheckCollisions(files.Select(file => file.Path)) is { } collision ? collision
            : CheckSchemas(files) is { } schema ? schema
            : new Manifest(head, files, total);
    }

    private static Refusal? CheckSchemas(ManifestFile[] files)
    {
        if (!Array.Exists(files, file => file.Schema is not null))
        {
            return null;
        }

        var schemas = files.Where(file => file.Format == FileFormat.Json.Name() && file.Bytes <= MaximumSchemaBytes).Select(file => file.Path).ToHashSet();
        return files.FirstOrDefault(file => file.Schema is { } schema && (file.Format != FileFormat.JsonLines.Name() || !schemas.Contains(schema))) is { } wrong
            ? new Refusal(RefusalCode.DocumentInvalid, $"schema of {wrong.Path}: only jsonl has one, and it is a json file of the artifact of at most {MaximumSchemaBytes} bytes")
            : null;
    }
}
