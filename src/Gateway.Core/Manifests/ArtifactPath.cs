namespace Gateway.Core.Manifests;

/// <summary>A file's path within an artifact, proven safe to write on the high side.</summary>
public readonly record struct ArtifactPath
{
    /// <summary>Longest path, in bytes of UTF-8.</summary>
    public const int MaximumBytes = 1024;

    /// <summary>Longest segment, in bytes of UTF-8: what ext4 and XFS take.</summary>
    public const int MaximumSegmentBytes = 255;

    private readonly string? value;

    private ArtifactPath(string value) => this.value = value;

    /// <summary>Relative, with forward slashes. A default instance throws.</summary>
    public string Value => value ?? throw new InvalidOperationException("A path that was never set.");

    /// <summary>Reads a path. Refuses with <see cref="RefusalCode.PathInvalid"/>.</summary>
    public static Outcome<ArtifactPath> Parse(string? path) => throw new NotSupportedException("Lands next.");

    /// <summary>Order of a manifest and of the byte stream: by code point, which is the order of the UTF-8 bytes.</summary>
    public static int Compare(ArtifactPath left, ArtifactPath right) => throw new NotSupportedException("Lands next.");

    public override string ToString() => Value;
}
