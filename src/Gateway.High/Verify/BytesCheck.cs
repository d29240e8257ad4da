using System.Buffers;
using System.Security.Cryptography;
using Gateway.Core;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;
using Gateway.Hosting.Inspection;

namespace Gateway.High.Verify;

/// <summary>
/// Check 6, bytes: every stored file has the size and digest of the manifest, none is missing, none is extra. While they are hashed here a confined worker inspects the same
/// files, which nobody else can write; what it says of them is check 7's, and it has no word in this one.
/// </summary>
public sealed class Whole
{
    /// <summary>Bytes per read: past this size neither reads nor SHA-256 gain.</summary>
    private const int ReadBytes = 256 << 10;

    private Whole(Admitted admitted, InspectionReport inspection) => (Admitted, Inspection) = (admitted, inspection);

    public Admitted Admitted { get; }

    /// <summary>What this side's worker saw in the stored bytes; names no previous version.</summary>
    public InspectionReport Inspection { get; }

    /// <summary>Refuses with <see cref="RefusalCode.FileMissing"/>, <see cref="RefusalCode.FileExtra"/>, <see cref="RefusalCode.NotRegularFile"/>,
    /// <see cref="RefusalCode.SizeMismatch"/>, <see cref="RefusalCode.DigestMismatch"/> or <see cref="RefusalCode.InspectorFailed"/>.</summary>
    public static async Task<Outcome<Whole>> CheckAsync(Admitted admitted, string tree, Inspectors inspectors, CancellationToken cancellationToken)
    {
        using var activity = HighTelemetry.Activities.StartActivity("hash and inspect");
        var manifest = admitted.Manifest;
        if (StoredTree.FindExtra(tree, manifest) is { } extra)
        {
            return extra;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var inspecting = inspectors.InspectAsync(tree, ContentLayout.Tree, manifest, admitted.SignedManifest.Envelope.Payload, stop.Token);
        if (FindDifference(manifest, tree, cancellationToken) is { } different)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)inspecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return different;
        }

        return (await inspecting.ConfigureAwait(false)).Succeeded(out var inspection, out var refusal) ? new Whole(admitted, inspection) : refusal;
    }

    private static Refusal? FindDifference(Manifest manifest, string tree, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            foreach (var file in manifest.Files)
            {
                if (Compare(file, Path.Combine(tree, file.Path.Value), hash, buffer, cancellationToken) is { } different)
                {
                    return different;
                }
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Refusal? Compare(ManifestFile file, string path, IncrementalHash hash, byte[] buffer, CancellationToken cancellationToken)
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

        for (var offset = 0L; offset < file.Bytes;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = RandomAccess.Read(stored, buffer.AsSpan(0, (int)Math.Min(ReadBytes, file.Bytes - offset)), offset);
            if (count == 0)
            {
                return new Refusal(RefusalCode.SizeMismatch, file.Path.Value);
            }

            hash.AppendData(buffer.AsSpan(0, count));
            HighTelemetry.VerifiedBytes.Add(count);
            offset += count;
        }

        return Digest.FromHash(hash.GetHashAndReset()) == file.Digest ? null : new Refusal(RefusalCode.DigestMismatch, file.Path.Value);
    }
}
