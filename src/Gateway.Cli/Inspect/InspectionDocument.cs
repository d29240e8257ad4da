using Gateway.Core.Inspection;

namespace Gateway.Cli.Inspect;

/// <summary>What <c>gateway inspect --json</c> prints; the shape is stable.</summary>
internal sealed record InspectionDocument(IReadOnlyList<InspectedFileView> Files)
{
    public static InspectionDocument Of(ArtifactInspection inspection) => new([.. inspection.Files.Select(InspectedFileView.Of)]);
}

/// <summary>One file.</summary>
internal sealed record InspectedFileView(string Path, string Format, bool Accepted, IReadOnlyList<FindingView> Findings)
{
    public static InspectedFileView Of(FileInspection file) =>
        new(file.Path.Value, file.Format.Name(), file.Accepted, [.. file.Findings.Select(FindingView.Of)]);
}

/// <summary>One finding; the offset is null where it concerns no place in the file.</summary>
internal sealed record FindingView(string Code, string Severity, long? Offset, string Message)
{
    public static FindingView Of(Finding finding) => new(finding.Code, finding.Severity.Name(), finding.Offset, finding.Message);
}
