using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection;

/// <summary>
/// Inspects one file in one pass, pushed in chunks of any size, in bounded memory. What it is, not which: whoever needs its digest hashes it.
/// </summary>
public sealed class FileInspector : IDisposable
{
    private readonly ArtifactPath path;
    private readonly long bytes;
    private readonly ContentInspector content;
    private long received;

    /// <param name="path">Path as in the manifest; only its last part is looked at.</param>
    /// <param name="bytes">Size of the file, which must be pushed exactly.</param>
    /// <param name="read">Reads the file at a place, for formats whose directory is at their end. What is read so is compared with what is pushed.</param>
    public FileInspector(ArtifactPath path, long bytes, ContentReader read)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        this.path = path;
        this.bytes = bytes;
        content = new(new FileContent(path.Value[(path.Value.LastIndexOf('/') + 1)..], bytes, read));
    }

    /// <summary>The next bytes. More than the file's size in all is a bug of the caller and throws.</summary>
    public void Append(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length > bytes - received)
        {
            throw new InvalidOperationException("More bytes than the file has.");
        }

        received += chunk.Length;
        content.Append(chunk);
    }

    /// <summary>Ends the file. Fewer bytes than its size is a bug of the caller and throws: sizes are compared before inspection.</summary>
    public FileInspection Complete()
    {
        if (received != bytes)
        {
            throw new InvalidOperationException("Fewer bytes than the file has.");
        }

        var refusal = content.Complete(out var format);
        var inspection = new FileInspection(path, bytes, format, [], []);
        if (refusal is not null)
        {
            return inspection with { Findings = [refusal] };
        }

        var verifier = content.Verifier!;
        return verifier.Attach(inspection with { Findings = [.. verifier.Warnings], Summary = verifier.Summarise() });
    }

    /// <summary>Returns pooled buffers.</summary>
    public void Dispose() => content.Dispose();
}
