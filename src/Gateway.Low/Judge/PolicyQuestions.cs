using Gateway.Core.Inspection;
using Gateway.Core.Policy;
using Gateway.Low.Inspect;

namespace Gateway.Low.Judge;

/// <summary>What this side asks of policy, from verified documents only.</summary>
internal static class PolicyQuestions
{
    public static PolicyQuestion Of(Inspected inspected, IReadOnlyCollection<string> approvers)
    {
        var transfer = inspected.Submitted.Transfer;
        var manifest = inspected.Submitted.Manifest.Manifest;
        var report = inspected.Inspection.Report;
        var findings = report.Files.SelectMany(file => file.Findings).Concat(report.ArtifactFindings).ToList();
        return new PolicyQuestion
        {
            Submitter = inspected.Submitted.Manifest.Submitter.Person.Id,
            Artifact = manifest.Artifact,
            Class = manifest.Class.Length == 0 ? null : manifest.Class,
            Destination = transfer.Destination,
            Lane = transfer.Lane,
            Formats = report.Files.Select(file => file.Format).ToHashSet(StringComparer.Ordinal),
            FindingCodes = findings.Select(finding => finding.Code).ToHashSet(StringComparer.Ordinal),
            Severities = findings.Select(finding => finding.Severity.Name()).ToHashSet(StringComparer.Ordinal),
            Files = manifest.Files.Count,
            Bytes = manifest.TotalBytes,
            Licence = manifest.Licence.Length == 0 ? null : manifest.Licence,
            Approvers = approvers,
        };
    }
}
