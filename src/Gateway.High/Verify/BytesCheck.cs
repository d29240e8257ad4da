using System.Buffers;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;

namespace Gateway.High.Verify;

/// <summary>
/// Check 6, bytes: every stored file has the size and digest of the manifest, none is missing, none is extra. The pass that hashes a file is the pass that
/// inspects it, so that no byte is judged that is not the byte that was hashed.
/// </summary>
public sealed class Whole
{
    /// <summary>Bytes per read: past this size neither reads nor SHA-256 gain.</summary>
    private const int ReadBytes = 256 << 10;

    private Whole(Admitted admitted, ArtifactInspection inspection) => (Admitted, Inspection) = (admitted, inspection);

    public Admitted Admitted { get; }

    /// <summary>What this side saw in the stored bytes.</summary>
    public ArtifactInspection Inspection { get; }

    /// <summary>Refuses with <see cref="RefusalCode.FileMissing"/>, <see cref="RefusalCode.FileExtra"/>, <see cref="RefusalCode.NotRegularFile"/>,
    /// <see cref="RefusalCode.SizeMismatch"/> or <see cref="RefusalCode.DigestMismatch"/>.</summary>
    public static Outcome<Whole> Check(Admitted admitted, string tree, CancellationToken cancellationToken)
    {
        var manifest = admitted.Manifest;
        if (StoredTree.FindExtra(tree, manifest) is { } extra)
        {
            return extra;
        }

        var artifact = new ArtifactInspector(manifest.Artifact.Kind);
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            foreach (var file in manifest.Files)
            {
                if (!Inspect(file, Path.Combine(tree, file.Path.Value), buffer, cancellationToken).Succeeded(out var inspection, out var refusal))
                {
                    return refusal;
                }

                artifact.Add(inspection, file.Format);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new Whole(admitted, artifact.Complete());
    }

    private static Outcome<FileInspection> Inspect(ManifestFile file, string path, byte[] buffer, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return new Refusal(RefusalCode.FileMissing, file.Path.Value);
        }

        using var stored = File.OpenHandle(path, options: FileOptions.SequentialScan);
        if (RandomAccess.GetLength(stored) != file.Bytes)
        {
            return new Refusal(RefusalCode.SizeMismatch, file.Path.Value);
        }

        using var inspector = new FileInspector(file.Path, file.Bytes, (offset, into) => RandomAccess.Read(stored, into, offset));
        for (var offset = 0L; offset < file.Bytes;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = RandomAccess.Read(stored, buffer.AsSpan(0, (int)Math.Min(ReadBytes, file.Bytes - offset)), offset);
            if (count == 0)
            {
                return new Refusal(RefusalCode.SizeMismatch, file.Path.Value);
            }

            inspector.Append(buffer.AsSpan(0, count));
            HighTelemetry.VerifiedBytes.Add(count);
            offset += count;
        }

        var inspection = inspector.Complete();
        return inspection.Digest == file.Digest ? inspection : new Refusal(RefusalCode.DigestMismatch, file.Path.Value);
    }
}
