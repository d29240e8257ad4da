using Gateway.Core;
using Gateway.Core.Policy;
using Gateway.High.Verify;

namespace Gateway.High.Judge;

/// <summary>Check 8, policy: the active bundle, asked here about what was found here and the people whose signatures counted, permits the import.</summary>
public sealed class Judged
{
    private Judged(Verified verified, PolicyDecision decision) => (Verified, Decision) = (verified, decision);

    public Verified Verified { get; }

    /// <summary>The permit, with the rules that gave it.</summary>
    public PolicyDecision Decision { get; }

    /// <summary>Refuses with <see cref="RefusalCode.PolicyDenied"/> or <see cref="RefusalCode.PolicyFailed"/>.</summary>
    public static Outcome<Judged> Check(Verified verified, ActivePolicy policy)
    {
        using var activity = HighTelemetry.Activities.StartActivity("judge");
        var decision = policy.Decide(Question(verified));
        return decision.Refusal is { } refusal ? refusal : new Judged(verified, decision);
    }

    // About what was seen here; the second opinion is the low side's, which this side has no means to have.
    private static PolicyQuestion Question(Verified verified) => PolicyQuestion.About(
        verified.Admitted.Manifest,
        verified.Whole.Inspection with { SecondOpinion = verified.Admitted.Inspection.Report.SecondOpinion },
        verified.Admitted.SignedManifest.Submitter.Person.Id,
        verified.Admitted.Release.Release.Destination,
        verified.Admitted.Release.Release.Lane,
        [.. verified.Admitted.Release.Approvers.Select(approver => approver.Person.Id)]);
}
