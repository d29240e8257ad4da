using Gateway.Core.Trust;

namespace Gateway.Core.Manifests;

/// <summary>A version of an artifact that a later one is compared with.</summary>
public sealed class EarlierVersion
{
    private EarlierVersion(Manifest manifest, Digest digest, InspectionReport? report) => (Manifest, ManifestDigest, Report) = (manifest, digest, report);

    public Manifest Manifest { get; }

    public Digest ManifestDigest { get; }

    /// <summary>
    /// What inspection saw in it. Null where that was written in a form that is not read any more, which both sides find alike, because they hold the same bytes; and, for an approver,
    /// where it could not be verified.
    /// </summary>
    public InspectionReport? Report { get; }

    /// <summary>From what was verified.</summary>
    /// <param name="manifest">Of the earlier version.</param>
    /// <param name="inspection">Of that manifest; null where none could be verified.</param>
    public static EarlierVersion Of(SignedManifest manifest, SignedInspection? inspection) => new(manifest.Manifest, manifest.Digest, inspection?.Report);

    /// <summary>Reads its documents, whose signatures were checked when they were stored. Refuses with <see cref="RefusalCode.DocumentInvalid"/> and the like where they are damaged.</summary>
    public static Outcome<EarlierVersion> Open(ReadOnlyMemory<byte> manifest, ReadOnlyMemory<byte> inspection)
    {
        if (!Envelope.Parse(manifest).Succeeded(out var envelope, out var refusal)
            || !Manifest.Parse(envelope.Payload).Succeeded(out var parsed, out refusal)
            || !Envelope.Parse(inspection).Succeeded(out var inspected, out refusal))
        {
            return refusal;
        }

        var report = InspectionReport.Parse(inspected.Payload).Succeeded(out var read, out _) ? read : null;
        return report is null || report.ManifestDigest == envelope.PayloadDigest
            ? new EarlierVersion(parsed, envelope.PayloadDigest, report)
            : new Refusal(RefusalCode.ManifestMismatch, "the inspection of an earlier version is about another manifest");
    }
}
