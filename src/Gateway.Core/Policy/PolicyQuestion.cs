using System.Globalization;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;

namespace Gateway.Core.Policy;

/// <summary>What both sides ask of policy: may this artifact be imported? Everything that a rule can see is here, summed up by the host
/// because Cedar has no loops. Values come from verified documents and from this side's own inspection, never from a peer.</summary>
public sealed record PolicyQuestion
{
    /// <summary>Person id of who signed the manifest, or who owns the machine that did.</summary>
    public required string Submitter { get; init; }

    public required ArtifactName Artifact { get; init; }

    /// <summary>The site's word for its sensitivity; null where the submitter named none.</summary>
    public string? Class { get; init; }

    /// <summary>Enclave id.</summary>
    public required string Destination { get; init; }

    /// <summary>Lane id.</summary>
    public required string Lane { get; init; }

    /// <summary>Every format that inspection detected, each once.</summary>
    public required IReadOnlySet<string> Formats { get; init; }

    /// <summary>Every code among the findings, each once.</summary>
    public required IReadOnlySet<string> FindingCodes { get; init; }

    /// <summary>Every severity among the findings, each once.</summary>
    public required IReadOnlySet<string> Severities { get; init; }

    /// <summary>Every verifier that read a file, with its version, each once.</summary>
    public required IReadOnlySet<string> Verifiers { get; init; }

    /// <summary>What acceptance leaves open, each phrase once.</summary>
    public required IReadOnlySet<string> NotChecked { get; init; }

    /// <summary>Tensors of all files; null where no file has any.</summary>
    public long? Tensors { get; init; }

    /// <summary>Elements of all tensors, at most <see cref="long.MaxValue"/>; null where no file has any.</summary>
    public long? Parameters { get; init; }

    /// <summary>Rows of all files; null where no file has any.</summary>
    public long? Rows { get; init; }

    /// <summary>What the low side's scanner said; null where it has none.</summary>
    public SecondOpinion? SecondOpinion { get; init; }

    /// <summary>Number of files.</summary>
    public required int Files { get; init; }

    /// <summary>Bytes of all files together.</summary>
    public required long Bytes { get; init; }

    /// <summary>SPDX expression; null where the submitter stated none.</summary>
    public string? Licence { get; init; }

    /// <summary>Distinct person ids whose approvals were verified; empty before anybody has signed.</summary>
    public IReadOnlyCollection<string> Approvers { get; init; } = [];

    /// <summary>The question about an artifact.</summary>
    /// <param name="manifest">Its manifest, verified.</param>
    /// <param name="report">What was seen in its files.</param>
    /// <param name="submitter">Person id of who signed the manifest, or who owns the machine that did.</param>
    /// <param name="destination">Enclave id.</param>
    /// <param name="lane">Lane id.</param>
    /// <param name="approvers">Distinct person ids whose approvals were verified.</param>
    public static PolicyQuestion About(
        Manifest manifest, InspectionReport report, string submitter, string destination, string lane, IReadOnlyCollection<string> approvers)
    {
        var findings = report.Files.SelectMany(file => file.Findings).Concat(report.ArtifactFindings).ToList();
        return new PolicyQuestion
        {
            Submitter = submitter,
            Artifact = manifest.Artifact,
            Class = manifest.Class.Length == 0 ? null : manifest.Class,
            Destination = destination,
            Lane = lane,
            Formats = report.Files.Select(file => file.Format).ToHashSet(StringComparer.Ordinal),
            FindingCodes = findings.Select(finding => finding.Code).ToHashSet(StringComparer.Ordinal),
            Severities = findings.Select(finding => finding.Severity.Name()).ToHashSet(StringComparer.Ordinal),
            Verifiers = report.Files.Select(file => file.Verifier).ToHashSet(StringComparer.Ordinal),
            NotChecked = report.NotChecked.ToHashSet(StringComparer.Ordinal),
            Tensors = Total(report, "tensors"),
            Parameters = Total(report, "parameters"),
            Rows = Total(report, "rows"),
            SecondOpinion = report.SecondOpinion,
            Files = manifest.Files.Count,
            Bytes = manifest.TotalBytes,
            Licence = manifest.Licence.Length == 0 ? null : manifest.Licence,
            Approvers = approvers,
        };
    }

    // As ArtifactInspector writes it; a number that is none would be a rule's gap, so it counts as the largest.
    private static long? Total(InspectionReport report, string name) =>
        report.Totals.FirstOrDefault(total => total.Name == name) is not { } total ? null
        : long.TryParse(total.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) ? number
        : long.MaxValue;
}
