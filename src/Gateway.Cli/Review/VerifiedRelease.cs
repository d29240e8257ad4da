using Gateway.Cli.Contexts;
using Gateway.Cli.Services;
using Gateway.Cli.Signing;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Protocol.Low.V1;

namespace Gateway.Cli.Review;

/// <summary>
/// A proposed release, of which everything that an approver would sign was verified against the approver's own trust root and built again here.
/// Having one is the proof: review shows it, approve signs it, and there is no other way to either.
/// </summary>
internal sealed class VerifiedRelease
{
    private VerifiedRelease(
        Protocol.Low.V1.Review review, TrustRoot root, SignedManifest manifest, SignedInspection inspection, Release release, byte[] payload, Envelope envelope,
        PreviousComparison? difference)
    {
        Review = review;
        Root = root;
        Manifest = manifest;
        Inspection = inspection;
        Release = release;
        Payload = payload;
        Difference = difference;
        Counting = Approvals.Counting(envelope, root, manifest);
    }

    /// <summary>What the low side says of it: state and policy rules. Shown, never signed.</summary>
    public Protocol.Low.V1.Review Review { get; }

    public Transfer Transfer => Review.Transfer;

    public TrustRoot Root { get; }

    public SignedManifest Manifest { get; }

    public SignedInspection Inspection { get; }

    public Release Release { get; }

    /// <summary>The statement, built here.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>What review shows and approve asks for.</summary>
    public Digest Digest => Digest.Of(Payload.Span);

    /// <summary>Whose signatures count so far, by verification.</summary>
    public IReadOnlyList<Signer> Counting { get; }

    public PreviousComparison? Difference { get; }

    /// <summary>Distinct people needed: never fewer than the trust root asks, whatever the service says.</summary>
    public int Required => Math.Max(Root.ThresholdOf(Manifest.Manifest.Class), Transfer.ApprovalsRequired);

    /// <summary>Fetches and verifies; stops with the first refusal.</summary>
    /// <param name="channel">The low side, which is not believed.</param>
    /// <param name="context">Whose trust root and policy pin decide.</param>
    /// <param name="transfer"><c>transfers/{id}</c>, as the approver typed it.</param>
    /// <param name="now">Judges the validity.</param>
    /// <param name="cancel">Stops between calls.</param>
    public static async Task<VerifiedRelease> FetchAsync(
        Grpc.Core.ChannelBase channel, GatewayContext context, string transfer, TimeProvider now, CancellationToken cancel)
    {
        var root = PinnedTrustRoot.Open(context, now);
        var service = new TransferService.TransferServiceClient(channel);
        var review = await new ReviewService.ReviewServiceClient(channel)
            .GetReviewAsync(new GetReviewRequest { Name = $"{transfer}/review" }, cancellationToken: cancel);

        // 1. The submitter's manifest and the gateway's inspection of exactly that manifest, by keys of the pinned root.
        var manifest = SignedManifest.Open(await EnvelopeAsync(service, transfer, Document.Manifest, cancel), root).OrStop();
        var inspection = SignedInspection.Open(await EnvelopeAsync(service, transfer, Document.Inspection, cancel), root, manifest.Digest).OrStop();

        // 2. The release, parsed from the bytes that would be signed.
        var envelope = await EnvelopeAsync(service, transfer, Document.Release, cancel);
        var release = Release.Parse(envelope.Payload).OrStop();

        // 3. The same release built here. No document of the submitter's names destination, lane, sequence and validity: the low side alone says them.
        //    They are shown, the approver judges what is shown, and what is signed is exactly that; a context may pin the destination and the policy,
        //    and then only those are signed. That the low side says the same in the transfer and in the release only shows that it did not slip.
        var expected = new ReleaseContext
        {
            Sequence = release.Sequence,
            Destination = context.Destination ?? review.Transfer.Destination,
            Lane = review.Transfer.Lane,
            PolicyDigest = context.PolicyDigest ?? release.PolicyDigest,
            PolicyVersion = release.PolicyVersion,
            TrustRootVersion = root.Version,
            TransferId = ResourceName.IdOf(transfer),
            NotBefore = release.NotBefore,
            NotAfter = release.NotAfter,
        };
        ReleaseBinding.Disagreement(release, manifest, inspection, root, expected, now.GetUtcNow()).OrStop();
        var payload = ReleaseBinding.Build(manifest, inspection, expected).ToPayload();
        if (!payload.AsSpan().SequenceEqual(envelope.Payload.Span))
        {
            throw CommandStop.Refused(RefusalCode.DocumentInvalid, "the release is not the one that these documents give");
        }

        // 4. What the service calls it must be what was signed: nothing on the screen may name another artifact or transfer.
        if (NamesAnother(review.Transfer, transfer, release.Artifact))
        {
            throw CommandStop.Refused(RefusalCode.ManifestMismatch, "the service calls it by another name than its signed documents do");
        }

        var difference = await PreviousComparison.FindAsync(service, root, manifest, inspection.Report, cancel);
        return new VerifiedRelease(review, root, manifest, inspection, release, payload, envelope, difference);
    }

    private static bool NamesAnother(Transfer claimed, string transfer, ArtifactName signed) =>
        claimed.Name != transfer
        || claimed.Artifact is not { } artifact
        || artifact.Name != signed.FullName
        || artifact.Version != signed.Version
        || (int)artifact.Kind != (int)signed.Kind;

    private static async Task<Envelope> EnvelopeAsync(
        TransferService.TransferServiceClient service, string transfer, Document document, CancellationToken cancel) =>
        Envelope.Parse(await DocumentReader.ReadAsync(service, transfer, document, cancel)).OrStop();
}
