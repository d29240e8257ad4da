using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Low.Submit;

namespace Gateway.Low.Inspect;

/// <summary>A submitted transfer whose stored bytes were read, found equal to the manifest and acceptable, with the signed record of it.</summary>
internal sealed class Inspected
{
    private Inspected(Submitted submitted, SignedInspection inspection)
    {
        Submitted = submitted;
        Inspection = inspection;
    }

    public Submitted Submitted { get; }

    public SignedInspection Inspection { get; }

    /// <summary>Verifies the inspection as the high side will: signed by an inspector of the trust root, about this manifest.</summary>
    public static Outcome<Inspected> Open(Submitted submitted, Envelope inspection, TrustRoot root) =>
        SignedInspection.Open(inspection, root, submitted.Manifest.Digest).Succeeded(out var signed, out var refusal)
            ? new Inspected(submitted, signed)
            : refusal;
}
