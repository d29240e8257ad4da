using Gateway.Core.Manifests;

namespace Gateway.Core.Trust;

/// <summary>An inspection report that an inspector machine of the trust root signed.</summary>
public sealed class SignedInspection
{
    private SignedInspection(Envelope envelope, InspectionReport report, Signer inspector)
    {
        Envelope = envelope;
        Report = report;
        Inspector = inspector;
    }

    public Envelope Envelope { get; }

    public InspectionReport Report { get; }

    /// <summary>SHA-256 of the payload.</summary>
    public Digest Digest => Envelope.PayloadDigest;

    public Signer Inspector { get; }

    /// <summary>
    /// Verifies and reads. Refuses with <see cref="RefusalCode.SignatureInvalid"/>, <see cref="RefusalCode.RoleMissing"/>,
    /// <see cref="RefusalCode.WrongManifest"/> where it is about another manifest, or as <see cref="InspectionReport.Parse"/> does.
    /// </summary>
    public static Outcome<SignedInspection> Open(Envelope envelope, TrustRoot root, Digest manifestDigest)
    {
        if (!SoleSigner.Of(envelope, root, Role.Inspector).Succeeded(out var inspector, out var refusal)
            || !InspectionReport.Parse(envelope.Payload).Succeeded(out var report, out refusal))
        {
            return refusal;
        }

        return report.ManifestDigest == manifestDigest
            ? new SignedInspection(envelope, report, inspector)
            : new Refusal(RefusalCode.WrongManifest, $"the inspection is of {report.ManifestDigest}");
    }
}
