using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.High.Verify;

/// <summary>
/// Check 7, content: this side's own inspection accepts every file and equals, byte for byte, the one that approvers were shown, so that nobody approved a
/// false picture. The difference to the previous version is recomputed where that version is held here, and none may pass for a first version where one is.
/// </summary>
public sealed class Verified
{
    private Verified(Whole whole) => Whole = whole;

    public Whole Whole { get; }

    public Admitted Admitted => Whole.Admitted;

    /// <param name="whole">What check 6 let through.</param>
    /// <param name="previous">The version whose manifest the inspection names as previous; null where none is named or it is not held here.</param>
    /// <param name="firstPublished">When the first version of this artifact was published here; null where none was.</param>
    /// <returns>A refusal of the inspection itself, e.g. <see cref="RefusalCode.PickleRefused"/> or <see cref="RefusalCode.KindMismatch"/>, or
    /// <see cref="RefusalCode.InspectionDisagrees"/>.</returns>
    public static Outcome<Verified> Check(Whole whole, EarlierVersion? previous, DateTimeOffset? firstPublished)
    {
        if (whole.Inspection.RefusalFor(whole.Admitted.Manifest) is { } refused)
        {
            return refused;
        }

        var signed = whole.Admitted.Inspection;
        var own = whole.Inspection with { Previous = signed.Report.Previous, SecondOpinion = signed.Report.SecondOpinion };
        if (!own.ToPayload().AsSpan().SequenceEqual(signed.Envelope.Payload.Span))
        {
            return new Refusal(RefusalCode.InspectionDisagrees, "findings or summary");
        }

        // The low side names what it sent last. One that proposed this before any version arrived here may have had none to name.
        if (signed.Report.Previous is null && firstPublished < whole.Admitted.Release.Release.NotBefore)
        {
            return new Refusal(RefusalCode.InspectionDisagrees, "names no previous version, and this side has published one");
        }

        return previous is null || VersionDifference.Between(previous, whole.Admitted.Manifest, whole.Inspection) == signed.Report.Previous
            ? new Verified(whole)
            : new Refusal(RefusalCode.InspectionDisagrees, "difference to the previous version");
    }
}
