using Gateway.Cli.Services;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Protocol.Low.V1;
using Grpc.Core;

namespace Gateway.Cli.Review;

/// <summary>What changed since the version that the inspection names.</summary>
/// <param name="Previous">The earlier version and the counts; its manifest's digest is inside what is signed.</param>
/// <param name="Recomputed">False where the earlier manifest could not be fetched: then the counts are the low side's word.</param>
internal sealed record PreviousComparison(PreviousVersion Previous, bool Recomputed)
{
    /// <summary>Transfers looked through for the earlier version, newest first.</summary>
    private const int MaximumTransfersSearched = 10_000;

    /// <summary>Null for a first version. Refuses with <see cref="RefusalCode.InspectionDisagrees"/> where the inspection counted otherwise.</summary>
    public static async Task<PreviousComparison?> FindAsync(
        TransferService.TransferServiceClient service, TrustRoot root, SignedManifest manifest, PreviousVersion? claimed, CancellationToken cancel)
    {
        if (claimed is null)
        {
            return null;
        }

        var earlier = await EarlierAsync(service, root, manifest, claimed, cancel);
        if (earlier is null)
        {
            return new PreviousComparison(claimed, Recomputed: false);
        }

        return VersionDifference.Between(earlier, claimed.ManifestDigest, manifest.Manifest) == claimed
            ? new PreviousComparison(claimed, Recomputed: true)
            : throw CommandStop.Refused(RefusalCode.InspectionDisagrees, $"difference to version {claimed.Version}");
    }

    private static async Task<Manifest?> EarlierAsync(
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

            var envelope = Envelope.Parse(await DocumentReader.ReadAsync(service, earlier.Name, Document.Manifest, cancel)).OrStop();
            var signed = SignedManifest.Open(envelope, root).OrStop();
            return signed.Digest == claimed.ManifestDigest
                && signed.Manifest.Artifact.FullName == manifest.Manifest.Artifact.FullName
                && signed.Manifest.Artifact.Version == claimed.Version
                ? signed.Manifest
                : throw CommandStop.Refused(RefusalCode.InspectionDisagrees, $"version {claimed.Version} has another manifest");
        }
        catch (RpcException e) when (RpcRefusal.Of(e) is not null)
        {
            return null;
        }
    }
}
