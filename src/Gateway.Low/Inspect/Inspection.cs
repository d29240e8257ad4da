using System.Security.Cryptography;
using Gateway.Core;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Hosting.Inspection;
using Gateway.Low.Submit;
using Gateway.Storage.Low;

namespace Gateway.Low.Inspect;

/// <summary>Has the stored bytes of a submitted transfer inspected by a worker, hashes them meanwhile, and signs what was seen.</summary>
internal sealed class Inspection(LowCatalog catalog, LowDocuments documents, Staging staging, Inspectors inspectors, SecondOpinions? secondOpinions, TrustRoot root, SigningKey key)
{
    /// <summary>
    /// Hashes on a thread of its own, because that at disk speed would starve the request threads. Done again after a restart: the answer depends on the stored bytes only. Refuses
    /// with <see cref="RefusalCode.DigestMismatch"/>, <see cref="RefusalCode.SizeMismatch"/>, <see cref="RefusalCode.InspectorFailed"/>, what inspection refuses, or what the second opinion does.
    /// </summary>
    public async Task<Outcome<Inspected>> InspectAsync(Submitted submitted, CancellationToken cancellation)
    {
        using var activity = LowTelemetry.Activities.StartActivity("inspect");
        var manifest = submitted.Manifest.Manifest;
        var stage = staging.PathOf(submitted.Transfer.Id);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var inspecting = inspectors.InspectAsync(stage, ContentLayout.Stream, manifest, submitted.Manifest.Envelope.Payload, stop.Token);
        var different = await Task.Factory.StartNew(
            () => FindDifference(stage, manifest, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (different is not null)
        {
            await stop.CancelAsync();
            await ((Task)inspecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return different;
        }

        if (!(await inspecting).Succeeded(out var seen, out var refusal))
        {
            return refusal;
        }

        if (seen.RefusalFor(manifest) is { } refused)
        {
            return refused;
        }

        SecondOpinion? opinion = null;
        if (secondOpinions is not null && !(await secondOpinions.AskAsync(stage, manifest, cancellation)).Succeeded(out opinion, out refusal))
        {
            return refusal;
        }

        var report = seen with { Previous = await DifferenceAsync(manifest, seen, cancellation), SecondOpinion = opinion };
        var envelope = Envelope.Sign(report.ToPayload(), key);
        var bytes = envelope.ToBytes();
        if (!SessionRoom.Holds(submitted.Manifest.Envelope.Length, bytes.Length))
        {
            // Said before people are asked, not when it is to be sent.
            return new Refusal(RefusalCode.TooLarge, "manifest and inspection together are more than crosses in one session");
        }

        documents.Write(submitted.Transfer.Id, LowDocument.Inspection, bytes);
        LowTelemetry.InspectedBytes.Add(manifest.TotalBytes);

        // From here on it may be read: also by whoever asks why policy said no.
        return (await catalog.SetInspectionAsync(submitted.Transfer.Id, envelope.PayloadDigest, cancellation)).Succeeded(out _, out refusal)
            ? Inspected.Open(submitted, envelope, root)
            : refusal;
    }

    /// <summary>The first file that is not the manifest's: it is not for the worker to say, which has read what may be hostile.</summary>
    private static Refusal? FindDifference(string stagePath, Manifest manifest, CancellationToken cancellation)
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

    /// <summary>What changed since the version of this artifact that was sent last; null for a first version.</summary>
    private async Task<PreviousVersion?> DifferenceAsync(Manifest manifest, InspectionReport seen, CancellationToken cancellation)
    {
        if (await catalog.FindLastSentAsync(manifest.Artifact.FoldedName, cancellation) is not { } last)
        {
            return null;
        }

        // Read without their signatures: the difference is a service to approvers, and the earlier manifest's digest is inside what they sign.
        var earlier = EarlierVersion.Open(
            await documents.ReadAsync(last.Id, LowDocument.Manifest, cancellation), await documents.ReadAsync(last.Id, LowDocument.Inspection, cancellation));
        return earlier.Succeeded(out var version, out var refusal)
            ? VersionDifference.Between(version, manifest, seen)
            : throw new InvalidDataException($"The stored documents of transfer {last.Id} cannot be read: {refusal}");
    }
}
