using System.Security.Cryptography;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Core.Wire;
using Gateway.Low.Approve;
using Gateway.Low.Inspect;
using Gateway.Low.Submit;
using Gateway.Storage.Low;

namespace Gateway.Low.Seal;

/// <summary>The last look before the lane: days may lie between inspection and approval, and what rotted meanwhile takes no lane time.</summary>
internal sealed class Sealing(LowDocuments documents, Staging staging, Submission submission, SentFiles sent, TrustRoot root, TimeProvider time)
{
    /// <summary>
    /// Reads the staged bytes once more and puts together what crosses. Refuses with <see cref="RefusalCode.DigestMismatch"/>,
    /// <see cref="RefusalCode.SizeMismatch"/>, <see cref="RefusalCode.WrongInspection"/>, <see cref="RefusalCode.Expired"/> or
    /// <see cref="RefusalCode.TrustRootExpired"/>.
    /// </summary>
    public async Task<Outcome<Sealed>> SealAsync(Approved approved, CancellationToken cancellation)
    {
        using var activity = LowTelemetry.Activities.StartActivity("seal");
        var transfer = approved.Transfer;
        if (!(await submission.ReopenAsync(transfer, cancellation)).Succeeded(out var submitted, out var refusal))
        {
            return refusal;
        }

        var inspection = await documents.ReadAsync(transfer.Id, LowDocument.Inspection, cancellation);
        if (!Envelope.Parse(inspection).Succeeded(out var parsed, out refusal))
        {
            return refusal;
        }

        var stagePath = staging.PathOf(transfer.Id);
        refusal = submitted.Manifest.Digest != approved.Release.Release.ManifestDigest ? new Refusal(RefusalCode.WrongManifest, "stored manifest")
            : parsed.PayloadDigest != approved.Release.Release.InspectionDigest ? new Refusal(RefusalCode.WrongInspection, "stored inspection")
            : await Task.Factory.StartNew(
                () => Verify(stagePath, submitted.Manifest.Manifest, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            ?? ReleaseBinding.Validity(approved.Release.Release, time.GetUtcNow())
            ?? (time.GetUtcNow() >= root.Expires ? new Refusal(RefusalCode.TrustRootExpired, $"version {root.Version}") : null);
        return refusal is not null
            ? refusal
            : new Sealed(
                approved,
                new SessionContent(
                    transfer.Id, transfer.TotalBytes, approved.Release.Envelope.ToBytes(), submitted.Manifest.Envelope.ToBytes(), inspection),
                stagePath,
                await sent.FindAsync(transfer, submitted.Manifest.Manifest, cancellation));
    }

    private static Refusal? Verify(string stagePath, Manifest manifest, CancellationToken cancellation)
    {
        using var stage = new StageReader(stagePath, cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in manifest.Files)
        {
            if (stage.Next(file, hash.AppendData) is { } tooShort)
            {
                return tooShort;
            }

            if (Digest.FromHash(hash.GetHashAndReset()) != file.Digest)
            {
                return new Refusal(RefusalCode.DigestMismatch, file.Path.Value);
            }
        }

        return null;
    }
}
