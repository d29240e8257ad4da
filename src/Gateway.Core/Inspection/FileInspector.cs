using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection;

/// <summary>
/// Inspects one file in one pass: SHA-256 and the format's verifier see the same bytes, pushed in chunks of any size, in bounded memory.
/// The content says what the file is and the name must agree; nothing is accepted for its name alone.
/// </summary>
public sealed class FileInspector : IDisposable
{
    /// <param name="path">Path as in the manifest; only its last part is looked at.</param>
    /// <param name="bytes">Size of the file, which must be pushed exactly.</param>
    public FileInspector(ArtifactPath path, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
    }

    /// <summary>The next bytes. More than the file's size in all is a bug of the caller and throws.</summary>
    public void Append(ReadOnlySpan<byte> chunk) => throw new NotSupportedException("Inspection of bytes.");

    /// <summary>Ends the file. Fewer bytes than its size is a bug of the caller and throws: sizes are compared before inspection.</summary>
    public FileInspection Complete() => throw new NotSupportedException("Inspection of bytes.");

    /// <summary>Returns pooled buffers.</summary>
    public void Dispose()
    {
    }
}
