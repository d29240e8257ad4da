using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection;

/// <summary>From what was seen to the document that says so. Both sides build it here, so that equal inspections are equal bytes.</summary>
public static class InspectionReports
{
    /// <summary>The report of an inspection.</summary>
    /// <param name="inspection">What was seen.</param>
    /// <param name="manifest">Digest of the manifest whose files were inspected.</param>
    /// <param name="previous">The version that approvers compare with; null for a first one.</param>
    public static InspectionReport ToReport(this ArtifactInspection inspection, Digest manifest, PreviousVersion? previous) => new()
    {
        ManifestDigest = manifest,
        VerifierVersion = inspection.VerifierVersion,
        Files = [.. inspection.Files.Select(file => new InspectedFile(file.Format.Name(), file.Findings, file.Summary))],
        ArtifactFindings = inspection.Findings,
        Totals = inspection.Totals,
        NotChecked = inspection.NotChecked,
        Previous = previous,
    };
}
