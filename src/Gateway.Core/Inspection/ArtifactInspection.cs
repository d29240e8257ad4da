using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection;

/// <summary>What inspection found in an artifact: its files in manifest order, and what only shows when they are seen together.</summary>
/// <param name="VerifierVersion">Version of the rules; both sides must run the same.</param>
/// <param name="Files">One for each file of the manifest, in its order.</param>
/// <param name="Findings">Of the artifact as a whole, e.g. KIND_MISMATCH.</param>
/// <param name="Totals">Summed over files, e.g. tensors and parameters.</param>
/// <param name="NotChecked">What acceptance does not say, one phrase each, in ordinal order.</param>
public sealed record ArtifactInspection(
    string VerifierVersion,
    IReadOnlyList<FileInspection> Files,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<SummaryEntry> Totals,
    IReadOnlyList<string> NotChecked)
{
    /// <summary>True where nothing refuses.</summary>
    public bool Accepted => Refusal is null;

    /// <summary>The first refusal: of a file, then of the artifact; null where it is accepted.</summary>
    public Refusal? Refusal =>
        Files.Select(f => f.Refusal).FirstOrDefault(r => r is not null) ?? InspectionRefusal.Of(Findings, "artifact");

    /// <summary>
    /// The document that both sides compare byte for byte, of a first version. Where it would not cross beside the manifest, details of findings are left out; where too little can be,
    /// it refuses with <see cref="RefusalCode.LimitExceeded"/>.
    /// </summary>
    /// <param name="manifest">Payload of the manifest that lists these files.</param>
    public WrittenReport ToReport(ReadOnlyMemory<byte> manifest)
    {
        var room = SessionRoom.ForReport(manifest.Length);
        var report = Report(
            Digest.Of(manifest.Span), [.. Files.Select(file => new InspectedFile(file.Format.Name(), file.Format.Verifier(), file.Findings, file.Summary, file.TensorRows))], Findings);
        return report.Write(room, out var bytes)
            ?? FindingsCut.Shorten(report, bytes - room).Write(SessionRoom.MaximumReportBytes, out _)
            ?? TooLarge(report.ManifestDigest).Write(InspectionReport.MaximumPayloadBytes, out _)!;
    }

    /// <summary>Of an artifact of which more is to be said than a document holds: that, and of its files only what refuses first.</summary>
    private InspectionReport TooLarge(Digest manifest)
    {
        var refused = Files.FirstOrDefault(file => !file.Accepted);
        return Report(
            manifest,
            [.. Files.Select(file => new InspectedFile(file.Format.Name(), file.Format.Verifier(), ReferenceEquals(file, refused) ? file.Findings : [], [], []))],
            [
                Inspection.Findings.Refuse(
                    RefusalCode.LimitExceeded, null, $"its inspection would have more than {Inspection.Findings.Number(SessionRoom.MaximumReportBytes)} bytes; submit it in parts, or fewer and larger files"),
            ]);
    }

    private InspectionReport Report(Digest manifest, IReadOnlyList<InspectedFile> files, IReadOnlyList<Finding> findings) => new()
    {
        ManifestDigest = manifest,
        VerifierVersion = VerifierVersion,
        Files = files,
        ArtifactFindings = findings,
        Totals = Totals,
        NotChecked = NotChecked,
        Previous = null,
        SecondOpinion = null,
    };
}
