using System.Globalization;
using Gateway.Cli.Inspect;
using Gateway.Cli.Terminal;
using Gateway.Core.Trust;

namespace Gateway.Cli.Review;

/// <summary>One screen that ends with the digest to be signed.</summary>
internal static class ReviewScreen
{
    /// <summary>Findings listed one by one; more are counted.</summary>
    private const int FindingsShown = 12;

    public static void Show(Screen screen, ReviewView view, VerifiedRelease verified, bool allTensors)
    {
        screen.Title($"{view.Transfer.Kind} {view.Transfer.Name}@{view.Transfer.Version}");
        screen.Facts(
            ("transfer", view.Transfer.Id),
            ("state", view.Transfer.State),
            ("class", view.Class.Length == 0 ? "none (strictest threshold)" : view.Class),
            ("submitter", $"{view.Submitter} (from the key that signed the manifest)"),
            ("purpose", view.Purpose),
            ("licence", view.Licence.Length == 0 ? "not stated" : view.Licence),
            ("source", view.Source.Length == 0 ? "not stated" : view.Source),
            ("to", $"{view.Destination} by {view.Lane}, sequence {Sequence(view.Sequence)}"),
            ("content", $"{Screen.Number(view.Files)} files, {Screen.Size(view.Bytes)}: {Formats(view)}"),
            ("in all", string.Join("; ", view.Totals.Select(t => $"{t.Name} {t.Value}"))),
            ("changed", Files(view.Difference)),
            ("tensors", Tensors(view.Difference)),
            ("not checked", string.Join("; ", view.NotChecked)),
            ("scanner", Opinion(view.SecondOpinion)));
        screen.Table(
            ["LARGEST FILES", "SIZE", "FORMAT", "SUMMARY"],
            view.LargestFiles.Select(f => (IReadOnlyList<string>)[f.Path, Screen.Size(f.Bytes), f.Format, f.Summary]));
        TensorScreen.Show(
            screen,
            [.. verified.Manifest.Manifest.Files.Zip(verified.Inspection.Report.Files).SelectMany(f => f.Second.Tensors.Select(t => (f.First.Path.Value, t)))],
            allTensors);
        Findings(screen, view.Findings);
        screen.Facts(
            ("policy", $"version {view.PolicyVersion}, {view.PolicySha256}"),
            ("rules", view.PolicyRules.Count == 0 ? "none named" : string.Join(", ", view.PolicyRules)),
            ("trust root", $"version {view.TrustRootVersion}"),
            ("signed by", view.SignedBy.Count == 0 ? "nobody yet" : string.Join(", ", view.SignedBy)),
            ("still needed", StillNeeded(view)),
            ("valid", $"{Time(view.NotBefore)} to {Time(view.NotAfter)}"),
            ("manifest", view.ManifestSha256),
            ("inspection", view.InspectionSha256));
        screen.Line("A signature is undone only by expiry or by revoking its key; one rejection is final.");
        screen.Line(view.AwaitsYou ? "To approve:" : "This release does not wait for your signature.");
        if (view.AwaitsYou)
        {
            screen.Line($"  gateway approve {view.Transfer.Id} --digest {view.ReleaseSha256} -m TEXT");
        }

        screen.Line($"digest to be signed: {view.ReleaseSha256}");
    }

    private static string Opinion(ReviewedOpinion? opinion) => opinion is null
        ? "none asked"
        : $"{opinion.Engine}, signatures {(opinion.SignatureAgeDays is { } days ? $"{days} days old" : "of unknown age")}: nothing found in {Screen.Number(opinion.ScannedFiles)} files"
            + (opinion.UnscannedFiles > 0 ? $"; {Screen.Number(opinion.UnscannedFiles)} too large for it" : "") + " (the low side's word)";

    // What is published is not known here; a low side that counts one by one does not get this far.
    private static string Sequence(long sequence) =>
        ReleaseBinding.Sequence(sequence, published: 0) is null ? $"{sequence}" : $"{sequence} (WARNING: no honest count gets this far)";

    private static void Findings(Screen screen, IReadOnlyList<ReviewedFinding> findings)
    {
        if (findings.Count == 0)
        {
            screen.Line("findings: none");
            return;
        }

        screen.Line($"findings: {string.Join(", ", findings.GroupBy(f => f.Severity).Select(g => $"{g.Count()} {g.Key}"))}");
        screen.Table(
            ["SEVERITY", "CODE", "FILE", "AT", "WHAT"],
            findings.Take(FindingsShown).Select(f => (IReadOnlyList<string>)
            [
                f.Severity, f.Code, f.Path ?? "(artifact)", f.Offset?.ToString(CultureInfo.InvariantCulture) ?? string.Empty, f.Message,
            ]));
    }

    private static string Formats(ReviewView view) => string.Join(", ", view.Formats.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Value} {f.Key}"));

    /// <summary>What is said of files that changed.</summary>
    internal static string Files(ReviewedDifference? difference) => difference switch
    {
        null => "the low side names no earlier version (its word)",
        { Recomputed: true } d => $"since {d.Version}: {d.Added} added, {d.Removed} removed, {d.Changed} changed (computed here)",
        { } d => $"since {d.Version}: {d.Added} added, {d.Removed} removed, {d.Changed} changed (the low side's word: its manifest could not be fetched)",
    };

    /// <summary>What is said of tensors that changed; null where there is nothing to say.</summary>
    internal static string? Tensors(ReviewedDifference? difference)
    {
        var changes = difference?.Tensors is { } tensors ? TensorScreen.Changes(tensors) : null;
        return difference is null or { TensorsRecomputed: true }
            ? changes
            : $"{changes ?? "none compared"} (the low side's word: the inspection of {difference.Version} could not be fetched and verified)";
    }

    private static string StillNeeded(ReviewView view)
    {
        var missing = Math.Max(0, view.ApprovalsRequired - view.SignedBy.Count);
        return missing == 0 ? "nobody" : $"{missing} of {view.ApprovalsRequired} approvers, other than {view.Submitter}";
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
