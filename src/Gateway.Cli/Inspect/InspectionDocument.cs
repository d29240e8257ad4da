using Gateway.Core.Inspection;

namespace Gateway.Cli.Inspect;

/// <summary>What <c>gateway inspect --json</c> prints; the shape is stable.</summary>
internal sealed record InspectionDocument(IReadOnlyList<InspectedFileView> Files)
{
    public static InspectionDocument Of(ArtifactInspection inspection) => new([.. inspection.Files.Select(InspectedFileView.Of)]);
}

/// <summary>One file.</summary>
internal sealed record InspectedFileView(
    string Path, string Format, string Verifier, bool Accepted, IReadOnlyList<FindingView> Findings, IReadOnlyList<SummaryView> Summary)
{
    public static InspectedFileView Of(FileInspection file) =>
        new(
            file.Path.Value,
            file.Format.Name(),
            file.Format.Verifier(),
            file.Accepted,
            [.. file.Findings.Select(FindingView.Of)],
            [.. file.Summary.Select(s => new SummaryView(s.Name, s.Value))]);
}

/// <summary>One finding; the offset is null where it concerns no place in the file.</summary>
internal sealed record FindingView(string Code, string Severity, long? Offset, string Message, string Evidence)
{
    public static FindingView Of(Finding finding) => new(finding.Code, finding.Severity.Name(), finding.Offset, finding.Message, finding.Evidence);
}

/// <summary>One line of what was counted or read.</summary>
internal sealed record SummaryView(string Name, string Value);
