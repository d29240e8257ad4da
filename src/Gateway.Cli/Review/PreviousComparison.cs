using Gateway.Cli.Services;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Protocol.Low.V1;
using Grpc.Core;

namespace Gateway.Cli.Review;

/// <summary>What changed since the version that the inspection names.</summary>
/// <param name="Previous">The earlier version and the counts; its manifest's digest is inside what is signed.</param>
/// <param name="Recomputed">False where the documents of the earlier version could not be fetched and verified: then the counts are the low side's word.</param>
internal sealed record PreviousComparison(PreviousVersion Previous, bool Recomputed)
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

        var earlier = await EarlierAsync(service, root, manifest, claimed, cancel);
        if (earlier is null)
        {
            return new PreviousComparison(claimed, Recomputed: false);
        }

        return VersionDifference.Between(earlier, manifest.Manifest, report) == claimed
            ? new PreviousComparison(claimed, Recomputed: true)
            : throw CommandStop.Refused(RefusalCode.InspectionDisagrees, $"difference to version {claimed.Version}");
    }

    private static async Task<EarlierVersion?> EarlierAsync(
        TransferService.TransferServiceClient service, TrustRoot root, SignedManifest manifest, PreviousVersion claimed, CancellationToken cancel)
    {
        try
        {
            var earlier = await Pages.All(
                async token =>
                {
                    var page = await service.ListTransfersAsync(
                        new ListTransfersRequest { PageSize = 1000, PageToken = token }, cancellationToken: cancel);
                    return ((IEnumerable<Transfer>)page.Transfers, page.NextPageToken);
                },
                cancel)
                .Take(MaximumTransfersSearched)
                .FirstOrDefaultAsync(t => t.ManifestSha256 == claimed.ManifestDigest.Hex, cancel);
            if (earlier is null)
            {
                return null;
            }

            var document = await DocumentReader.ReadAsync(service, earlier.Name, Document.Manifest, cancel);
            var signed = SignedManifest.Open(Envelope.Parse(document).OrStop(), root).OrStop();
            if (signed.Digest != claimed.ManifestDigest
                || signed.Manifest.Artifact.FullName != manifest.Manifest.Artifact.FullName
                || signed.Manifest.Artifact.Version != claimed.Version)
            {
                throw CommandStop.Refused(RefusalCode.InspectionDisagrees, $"version {claimed.Version} has another manifest");
            }

            var inspection = await DocumentReader.ReadAsync(service, earlier.Name, Document.Inspection, cancel);
            var envelope = Envelope.Parse(inspection).OrStop();

            // By a key that the root no longer has, or of a form that is not read any more: then tensors cannot be compared here.
            return SignedInspection.Open(envelope, root, signed.Digest).Succeeded(out _, out _) ? EarlierVersion.Open(document, inspection).OrStop() : null;
        }
        catch (RpcException e) when (RpcRefusal.Of(e) is not null)
        {
            return null;
        }
    }
}
