using Gateway.Cli.Services;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Protocol.Low.V1;
using Grpc.Core;

namespace Gateway.Cli.Review;

/// <summary>What changed since the version that the inspection names.</summary>
/// <param name="Previous">The earlier version and the counts; its manifest's digest is inside what is signed.</param>
/// <param name="Recomputed">False where the manifest of the earlier version could not be fetched: then the counts of files are the low side's word.</param>
/// <param name="TensorsRecomputed">False where that, or its inspection, could not be fetched and verified: then what is said of tensors is the low side's word.</param>
internal sealed record PreviousComparison(PreviousVersion Previous, bool Recomputed, bool TensorsRecomputed)
{
    /// <summary>Transfers looked through for the earlier version, newest first.</summary>
    private const int MaximumTransfersSearched = 10_000;

    /// <summary>Null for a first version. Refuses with <see cref="RefusalCode.InspectionDisagrees"/> where the inspection counted otherwise.</summary>
    public static async Task<PreviousComparison?> FindAsync(
        TransferService.TransferServiceClient service, TrustRoot root, SignedManifest manifest, InspectionReport report, CancellationToken cancel)
    {
        if (report.Previous is not { } claimed)
        {
            return null;
        }

        if (await EarlierAsync(service, root, manifest, claimed, cancel) is not { } earlier)
        {
            return new PreviousComparison(claimed, Recomputed: false, TensorsRecomputed: false);
        }

        var hasTensors = earlier.Report is not null;
        var counted = VersionDifference.Between(earlier, manifest.Manifest, report);
        return (hasTensors ? counted : counted with { Tensors = claimed.Tensors }) == claimed
            ? new PreviousComparison(claimed, Recomputed: true, hasTensors)
            : throw CommandStop.Refused(RefusalCode.InspectionDisagrees, $"difference to version {claimed.Version}");
    }

    private static async Task<EarlierVersion?> EarlierAsync(
        TransferService.TransferServiceClient service, TrustRoot root, SignedManifest manifest, PreviousVersion claimed, CancellationToken cancel)
    {
        if (await TransferOfAsync(service, claimed.ManifestDigest, cancel) is not { } transfer
            || await ReadAsync(service, transfer, Document.Manifest, cancel) is not { } document)
        {
            return null;
        }

        var signed = SignedManifest.Open(Envelope.Parse(document).OrStop(), root).OrStop();
        if (signed.Digest != claimed.ManifestDigest
            || signed.Manifest.Artifact.FullName != manifest.Manifest.Artifact.FullName
            || signed.Manifest.Artifact.Version != claimed.Version)
        {
            throw CommandStop.Refused(RefusalCode.InspectionDisagrees, $"version {claimed.Version} has another manifest");
        }

        // By a key that the root no longer has, or of a form that is not read any more: then only tensors cannot be compared here.
        var inspection = await ReadAsync(service, transfer, Document.Inspection, cancel) is { } read
            && Envelope.Parse(read).Succeeded(out var envelope, out _)
            && SignedInspection.Open(envelope, root, signed.Digest).Succeeded(out var opened, out _) ? opened : null;
        return EarlierVersion.Of(signed, inspection);
    }

    /// <summary>The newest with that manifest that was inspected, for one manifest may have been submitted more than once; else the newest; null where there is none.</summary>
    private static async Task<Transfer?> TransferOfAsync(TransferService.TransferServiceClient service, Digest manifest, CancellationToken cancel)
    {
        var transfers = Pages.All(
            async token =>
            {
                var page = await service.ListTransfersAsync(
                    new ListTransfersRequest { PageSize = 1000, PageToken = token }, cancellationToken: cancel);
                return ((IEnumerable<Transfer>)page.Transfers, page.NextPageToken);
            },
            cancel);
        Transfer? newest = null;
        try
        {
            await foreach (var transfer in transfers.Take(MaximumTransfersSearched).Where(t => t.ManifestSha256 == manifest.Hex).WithCancellation(cancel))
            {
                if (transfer.InspectionSha256.Length > 0)
                {
                    return transfer;
                }

                newest ??= transfer;
            }
        }
        catch (RpcException e) when (RpcRefusal.Of(e) is not null)
        {
            // What was listed until then is all that is known.
        }

        return newest;
    }

    /// <summary>Null where the service refuses it.</summary>
    private static async Task<byte[]?> ReadAsync(TransferService.TransferServiceClient service, Transfer transfer, Document document, CancellationToken cancel)
    {
        try
        {
            return await DocumentReader.ReadAsync(service, transfer.Name, document, cancel);
        }
        catch (RpcException e) when (RpcRefusal.Of(e) is not null)
        {
            return null;
        }
    }
}
