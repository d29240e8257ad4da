using Gateway.Cli.Terminal;
using Gateway.Core.Inspection;

namespace Gateway.Cli.Submit;

/// <summary>The plan of --dry-run on stdout.</summary>
internal static class SubmitScreen
{
    /// <summary>Files shown to people; --json lists all.</summary>
    private const int FilesShown = 20;

    public static void Plan(Screen screen, Submission submission, bool json)
    {
        var plan = SubmissionPlan.Of(submission);
        if (json)
        {
            screen.Document(plan, CliJson.Default.SubmissionPlan);
            return;
        }

        screen.Title($"{plan.Name}@{plan.Version} would be submitted");
        screen.Facts(
            ("kind", plan.Kind),
            ("to", plan.Destination),
            ("class", plan.Class.Length == 0 ? "none (strictest threshold)" : plan.Class),
            ("files", Screen.Number(plan.Files.Count)),
            ("size", Screen.Size(plan.TotalBytes)));
        screen.Table(
            ["PATH", "SIZE", "FORMAT"],
            plan.Files.Take(FilesShown).Select(f => (IReadOnlyList<string>)[f.Path, Screen.Size(f.Bytes), f.Format]));
        if (plan.Files.Count > FilesShown)
        {
            screen.Line($"and {Screen.Number(plan.Files.Count - FilesShown)} more files");
        }
    }
}

/// <summary>The plan as JSON.</summary>
internal sealed record SubmissionPlan(
    string Kind,
    string Name,
    string Version,
    string Class,
    string Destination,
    long TotalBytes,
    IReadOnlyList<PlannedFileView> Files,
    IReadOnlyList<SkippedPath> Skipped,
    IReadOnlyList<string> Warnings)
{
    public static SubmissionPlan Of(Submission submission) => new(
        submission.Artifact.Kind.ToString().ToLowerInvariant(),
        submission.Artifact.FullName,
        submission.Artifact.Version,
        submission.Class,
        submission.Destination,
        submission.Tree.TotalBytes,
        [.. submission.Tree.Files.Select(f => new PlannedFileView(f.Path.Value, f.Status.Bytes, FormatGuess.FromName(f.Path.Value).Name()))],
        submission.Tree.Skipped,
        ReaderLimits.WarningsOf(submission.Tree));
}

/// <summary>A file of the plan as JSON; the format is what its name claims.</summary>
internal sealed record PlannedFileView(string Path, long Bytes, string Format);
