using Gateway.Cli.Inspect;
using Gateway.Cli.Services;
using Gateway.Cli.Transfers;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;

namespace Gateway.Cli.Review;

/// <summary>Everything an approver must see, as JSON.</summary>
internal sealed record ReviewView(
    TransferView Transfer,
    string Class,
    string Submitter,
    string Purpose,
    string Licence,
    string Source,
    int Files,
    long Bytes,
    IReadOnlyList<ReviewedFile> LargestFiles,
    IReadOnlyDictionary<string, int> Formats,
    IReadOnlyList<SummaryEntry> Totals,
    IReadOnlyList<ReviewedTable> Tensors,
    IReadOnlyList<ReviewedFinding> Findings,
    IReadOnlyList<string> NotChecked,
    ReviewedOpinion? SecondOpinion,
    ReviewedDifference? Difference,
    IReadOnlyList<string> PolicyRules,
    string PolicySha256,
    long PolicyVersion,
    long TrustRootVersion,
    string Destination,
    string Lane,
    long Sequence,
    IReadOnlyList<string> SignedBy,
    int ApprovalsRequired,
    bool AwaitsYou,
    DateTimeOffset NotBefore,
    DateTimeOffset NotAfter,
    string ManifestSha256,
    string InspectionSha256,
    string ReleaseSha256)
{
    /// <summary>Files shown; the manifest lists all.</summary>
    private const int LargestFilesShown = 10;

    public static ReviewView Of(VerifiedRelease verified)
    {
        var manifest = verified.Manifest.Manifest;
        var report = verified.Inspection.Report;
        return new ReviewView(
            TransferView.Of(verified.Transfer),
            manifest.Class,
            verified.Manifest.Submitter.Person.Id,
            manifest.Purpose,
            manifest.Licence,
            manifest.Source,
            manifest.Files.Count,
            manifest.TotalBytes,
            [
                .. manifest.Files.Zip(report.Files)
                    .OrderByDescending(f => f.First.Bytes).ThenBy(f => f.First.Path.Value, StringComparer.Ordinal)
                    .Take(LargestFilesShown)
                    .Select(f => new ReviewedFile(
                        f.First.Path.Value, f.First.Bytes, f.Second.Format, string.Join(", ", f.Second.Summary.Select(s => $"{s.Name} {s.Value}")))),
            ],
            report.Files.GroupBy(f => f.Format).ToDictionary(g => g.Key, g => g.Count()),
            report.Totals,
            [
                .. manifest.Files.Zip(report.Files)
                    .Where(f => f.Second.Tensors.Count > 0)
                    .Select(f => new ReviewedTable(f.First.Path.Value, [.. f.Second.Tensors.Select(TensorView.Of)])),
            ],
            [
                .. report.ArtifactFindings.Select(f => ReviewedFinding.Of(null, f))
                    .Concat(manifest.Files.Zip(report.Files).SelectMany(f => f.Second.Findings.Select(n => ReviewedFinding.Of(f.First.Path.Value, n))))
                    .OrderByDescending(f => f.Rank),
            ],
            report.NotChecked,
            report.SecondOpinion is { } o ? new ReviewedOpinion(o.Engine, o.SignatureAgeDays, o.ScannedFiles, o.UnscannedFiles) : null,
            verified.Difference is { } d ? ReviewedDifference.Of(d) : null,
            [.. verified.Review.PolicyRules],
            verified.Release.PolicyDigest.Hex,
            verified.Release.PolicyVersion,
            verified.Release.TrustRootVersion,
            verified.Release.Destination,
            verified.Release.Lane,
            verified.Release.Sequence,
            [.. verified.Counting.Select(s => s.Person.Id)],
            verified.Required,
            verified.Review.AwaitsCaller,
            verified.Release.NotBefore,
            verified.Release.NotAfter,
            verified.Manifest.Digest.Hex,
            verified.Inspection.Digest.Hex,
            verified.Digest.Hex);
    }
}

/// <summary>A file as an approver sees it.</summary>
internal sealed record ReviewedFile(string Path, long Bytes, string Format, string Summary);

/// <summary>A finding, with the file that it is in; no path where it is of the whole artifact.</summary>
internal sealed record ReviewedFinding(string? Path, string Code, string Severity, long? Offset, string Message, string Evidence)
{
    /// <summary>Graver first.</summary>
    internal int Rank { get; private init; }

    public static ReviewedFinding Of(string? path, Finding finding) =>
        new(path, finding.Code, Words.Of(finding.Severity), finding.Offset, finding.Message, finding.Evidence) { Rank = (int)finding.Severity };
}

/// <summary>What the low side's scanner said, where it has one; the high side does not recompute it.</summary>
internal sealed record ReviewedOpinion(string Engine, int? SignatureAgeDays, int ScannedFiles, int UnscannedFiles);

/// <summary>The difference to the version before; see <see cref="PreviousComparison"/>.</summary>
internal sealed record ReviewedDifference(
    string Version, string ManifestSha256, int Added, int Removed, int Changed, TensorDifference? Tensors, bool Recomputed, bool TensorsRecomputed)
{
    public static ReviewedDifference Of(PreviousComparison comparison) => new(
        comparison.Previous.Version, comparison.Previous.ManifestDigest.Hex, comparison.Previous.Added, comparison.Previous.Removed,
        comparison.Previous.Changed, comparison.Previous.Tensors, comparison.Recomputed, comparison.TensorsRecomputed);
}

/// <summary>The tensors of a file.</summary>
internal sealed record ReviewedTable(string Path, IReadOnlyList<TensorView> Tensors);
