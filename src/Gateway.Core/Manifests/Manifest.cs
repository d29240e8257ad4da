namespace Gateway.Core.Manifests;

/// <summary>One file of an artifact.</summary>
/// <param name="Path">Where it goes.</param>
/// <param name="Bytes">Its size, 0 or more.</param>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="Format">What the submitter says it is, e.g. <c>safetensors</c>.</param>
public sealed record ManifestFile(ArtifactPath Path, long Bytes, Digest Digest, string Format);

/// <summary>What a submitter wants to bring over: an artifact and its files. Signed by them.</summary>
public sealed class Manifest
{
    /// <summary>The statement's predicate type.</summary>
    public const string PredicateType = "urn:gateway:manifest:v1";

    /// <summary>Most files: their paths and digests are held in memory.</summary>
    public const int MaximumFiles = 200_000;

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
    public static Outcome<Manifest> Create(ManifestHead head, IEnumerable<ManifestFile> files) => throw new NotSupportedException("Lands next.");

    /// <summary>Reads the payload of a manifest strictly; another spelling of the same document is refused.</summary>
    public static Outcome<Manifest> Parse(ReadOnlyMemory<byte> payload) => throw new NotSupportedException("Lands next.");

    /// <summary>The canonical statement.</summary>
    public byte[] ToPayload() => throw new NotSupportedException("Lands next.");
}
