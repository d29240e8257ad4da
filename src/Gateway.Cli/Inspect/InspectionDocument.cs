using Gateway.Core.Inspection;

namespace Gateway.Cli.Inspect;

/// <summary>What <c>gateway inspect --json</c> prints; the shape is stable.</summary>
/// <param name="Accepted">True where nothing refuses.</param>
/// <param name="VerifierVersion">Version of the rules.</param>
/// <param name="Files">In the order of a manifest.</param>
/// <param name="Findings">Of all files together.</param>
/// <param name="Totals">Over all files.</param>
/// <param name="NotChecked">What acceptance does not say.</param>
internal sealed record InspectionDocument(
    bool Accepted,
    string VerifierVersion,
    IReadOnlyList<InspectedFileView> Files,
    IReadOnlyList<FindingView> Findings,
    IReadOnlyList<SummaryView> Totals,
    IReadOnlyList<string> NotChecked)
{
    public static InspectionDocument Of(ArtifactInspection inspection) => new(
        inspection.Accepted,
        inspection.VerifierVersion,
        [.. inspection.Files.Select(InspectedFileView.Of)],
        [.. inspection.Findings.Select(FindingView.Of)],
        [.. inspection.Totals.Select(SummaryView.Of)],
        inspection.NotChecked);
}

/// <summary>One file.</summary>
internal sealed record InspectedFileView(
    string Path,
    string Format,
    string Verifier,
    bool Accepted,
    long Bytes,
    IReadOnlyList<FindingView> Findings,
    IReadOnlyList<SummaryView> Summary,
    IReadOnlyList<TensorView> Tensors)
{
    public static InspectedFileView Of(FileInspection file) =>
        new(
            file.Path.Value,
            file.Format.Name(),
            file.Format.Verifier(),
            file.Accepted,
            file.Bytes,
            [.. file.Findings.Select(FindingView.Of)],
            [.. file.Summary.Select(SummaryView.Of)],
            [.. file.TensorRows.Select(TensorView.Of)]);
}

/// <summary>One finding; the offset is null where it concerns no place in the file.</summary>
internal sealed record FindingView(string Code, string Severity, long? Offset, string Message, string Evidence)
{
    public static FindingView Of(Finding finding) => new(finding.Code, finding.Severity.Name(), finding.Offset, finding.Message, finding.Evidence);
}

/// <summary>One line of what was counted or read.</summary>
internal sealed record SummaryView(string Name, string Value)
{
    public static SummaryView Of(SummaryEntry entry) => new(entry.Name, entry.Value);
}
