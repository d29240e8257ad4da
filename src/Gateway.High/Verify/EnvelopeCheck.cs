using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.High.Receive;
using Gateway.Storage.High;

namespace Gateway.High.Verify;

/// <summary>
/// Check 1, envelope: release, manifest and inspection are strict DSSE envelopes, and the release is parsed once, from the bytes that signatures cover.
/// </summary>
public sealed class Opened
{
    private Opened(Arrival arrival, Envelope release, Release statement, Envelope manifest, Envelope inspection) =>
        (Arrival, ReleaseEnvelope, Release, Manifest, Inspection) = (arrival, release, statement, manifest, inspection);

    public Arrival Arrival { get; }

    public Envelope ReleaseEnvelope { get; }

    /// <summary>What the release says; who says so is not known yet.</summary>
    public Release Release { get; }

    public Envelope Manifest { get; }

    public Envelope Inspection { get; }

    /// <summary>What the release claims, for a record of its refusal.</summary>
    public ImportClaim Claim => new()
    {
        TransferId = Release.TransferId,
        Release = ReleaseEnvelope.PayloadDigest,
        Manifest = Release.ManifestDigest,
        Artifact = Release.Artifact,
        Class = Release.Class,
        Submitter = Release.Submitter,
        Approvers = [],
        Files = Release.Files,
        Bytes = Release.Bytes,
        Sequence = Release.Sequence,
        NotAfter = Release.NotAfter,
    };

    /// <summary>Refuses as <see cref="Envelope.Parse"/> and <see cref="Core.Manifests.Release.Parse"/> do, and with
    /// <see cref="RefusalCode.HeaderInvalid"/> where the session is labelled with another transfer than it carries.</summary>
    public static Outcome<Opened> Check(Arrival arrival, SessionDocuments documents)
    {
        if (!Envelope.Parse(documents.Release).Succeeded(out var release, out var refusal)
            || !Core.Manifests.Release.Parse(release.Payload).Succeeded(out var statement, out refusal)
            || !Envelope.Parse(documents.Manifest).Succeeded(out var manifest, out refusal)
            || !Envelope.Parse(documents.Inspection).Succeeded(out var inspection, out refusal))
        {
            return refusal;
        }

        return statement.TransferId == arrival.TransferId && statement.Bytes == arrival.TotalBytes
            ? new Opened(arrival, release, statement, manifest, inspection)
            : new Refusal(RefusalCode.HeaderInvalid, "the session states another transfer id or size than the release");
    }
}
