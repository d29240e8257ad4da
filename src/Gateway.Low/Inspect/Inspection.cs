using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Low.Submit;
using Gateway.Storage.Low;

namespace Gateway.Low.Inspect;

/// <summary>Reads the stored bytes of a submitted transfer once, hashing and inspecting the same bytes, and signs what it saw.</summary>
internal sealed class Inspection(LowCatalog catalog, LowDocuments documents, Staging staging, TrustRoot root, SigningKey key)
{
    /// <summary>
    /// Inspects on a thread of its own, because hashing at disk speed would starve the request threads. Done again after a restart: the
    /// answer depends on the stored bytes only. Refuses with <see cref="RefusalCode.DigestMismatch"/> or what inspection refuses.
    /// </summary>
    public async Task<Outcome<Inspected>> InspectAsync(Submitted submitted, CancellationToken cancellation)
    {
        using var activity = LowTelemetry.Activities.StartActivity("inspect");
        var manifest = submitted.Manifest.Manifest;
        var inspected = await Task.Factory.StartNew(
            () => Inspect(staging.PathOf(submitted.Transfer.Id), manifest, cancellation),
            cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        if (!inspected.Succeeded(out var artifact, out var refusal))
        {
            return refusal;
        }

        var report = artifact.ToReport(submitted.Manifest.Digest, await DifferenceAsync(manifest, cancellation));
        var envelope = Envelope.Sign(report.ToPayload(), key);
        documents.Write(submitted.Transfer.Id, LowDocument.Inspection, envelope.ToBytes());
        LowTelemetry.InspectedBytes.Add(manifest.TotalBytes);
        return Inspected.Open(submitted, envelope, root);
    }

    /// <summary>The first refusal ends the pass: nothing of a refused artifact crosses.</summary>
    private static Outcome<ArtifactInspection> Inspect(string stagePath, Manifest manifest, CancellationToken cancellation)
    {
        var artifact = new ArtifactInspector(manifest.Artifact.Kind);
        using var stage = new StageReader(stagePath, cancellation);
        foreach (var file in manifest.Files)
        {
            using var inspector = new FileInspector(file.Path, file.Bytes, stage.ReaderOfNext(file));
            if (stage.Next(file, inspector.Append) is { } tooShort)
            {
                return tooShort;
            }

            var inspection = inspector.Complete();
            if (inspection.Digest != file.Digest)
            {
                return new Refusal(RefusalCode.DigestMismatch, file.Path.Value);
            }

            if (inspection.Refusal is { } refusal)
            {
                return refusal;
            }

            artifact.Add(inspection, file.Format);
        }

        var whole = artifact.Complete();
        return whole.Refusal is { } refused ? refused : whole;
    }

    /// <summary>What changed since the version of this artifact that was sent last; null for a first version.</summary>
    private async Task<PreviousVersion?> DifferenceAsync(Manifest manifest, CancellationToken cancellation)
    {
        if (await catalog.FindLastSentAsync(manifest.Artifact.FoldedName, cancellation) is not { } last)
        {
            return null;
        }

        // Read without its signature: the difference is a service to approvers, and its digest is inside what they sign.
        var envelope = await documents.ReadAsync(last.Id, LowDocument.Manifest, cancellation);
        return Envelope.Parse(envelope).Succeeded(out var parsed, out _) && Manifest.Parse(parsed.Payload).Succeeded(out var previous, out _)
            ? VersionDifference.Between(previous, parsed.PayloadDigest, manifest)
            : throw new InvalidDataException($"The stored manifest of transfer {last.Id} cannot be read.");
    }
}
