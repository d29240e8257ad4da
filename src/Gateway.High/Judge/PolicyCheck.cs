using Gateway.Core;
using Gateway.Core.Inspection;
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

    private static PolicyQuestion Question(Verified verified)
    {
        var release = verified.Admitted.Release;
        var manifest = verified.Admitted.Manifest;
        var inspection = verified.Whole.Inspection;
        var findings = inspection.Files.SelectMany(file => file.Findings).Concat(inspection.ArtifactFindings).ToList();
        return new PolicyQuestion
        {
            Submitter = verified.Admitted.SignedManifest.Submitter.Person.Id,
            Artifact = manifest.Artifact,
            Class = manifest.Class.Length == 0 ? null : manifest.Class,
            Destination = release.Release.Destination,
            Lane = release.Release.Lane,
            Formats = inspection.Files.Select(file => file.Format).ToHashSet(StringComparer.Ordinal),
            FindingCodes = findings.Select(finding => finding.Code).ToHashSet(StringComparer.Ordinal),
            Severities = findings.Select(finding => finding.Severity.Name()).ToHashSet(StringComparer.Ordinal),
            Files = manifest.Files.Count,
            Bytes = manifest.TotalBytes,
            Licence = manifest.Licence.Length == 0 ? null : manifest.Licence,
            Approvers = [.. release.Approvers.Select(approver => approver.Person.Id)],
        };
    }
}
