using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports;

/// <summary><c>gateway imports scrub</c>: what hashing published files again found.</summary>
internal static class ScrubCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var now = new Option<bool>("--now") { Description = "Have everything that is published hashed again now, not only what is due; needs the admin role." };
        return new Command("scrub", "Shows when published files were hashed again, and which were rotten.") { now, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var service = new ScrubService.ScrubServiceClient(channel);
                var report = result.GetValue(now)
                    ? await service.RequestScrubAsync(new RequestScrubRequest(), cancellationToken: cancel)
                    : await service.GetScrubAsync(new GetScrubRequest(), cancellationToken: cancel);
                Show(environment.Screen, report, result.WantsJson());
                return ExitCode.Done;
            });
    }

    private static void Show(Screen screen, ScrubReport report, bool json)
    {
        if (json)
        {
            screen.Document(ScrubView.Of(report), CliJson.Default.ScrubView);
            return;
        }

        screen.Facts(
            ("last run", report.BeginTime is null ? "none yet" : $"from {Words.Of(report.BeginTime)} {(report.EndTime is null ? "on; it is not over" : $"to {Words.Of(report.EndTime)}")}"),
            ("hashed", $"{report.Versions} versions, {Screen.Size(report.Bytes)}"),
            ("rotten", $"{report.RottenFiles} files"),
            ("every", $"{report.IntervalDays} days, at most {Screen.Size(report.BytesPerSecond)} a second"));
        if (report.Rotten.Count > 0)
        {
            screen.Table(
                ["FOUND", "IMPORT", "ARTIFACT", "PATH", "REPAIRED"],
                report.Rotten.Select(file => (IReadOnlyList<string>)
                [
                    Words.Of(file.FindTime), ResourceName.IdOf(file.Import), $"{file.Artifact?.Name}@{file.Artifact?.Version}", file.Path, Words.Of(file.RepairTime),
                ]));
        }
    }
}

/// <summary>The last run as JSON.</summary>
internal sealed record ScrubView(
    DateTimeOffset? BeginTime,
    DateTimeOffset? EndTime,
    long Versions,
    long Bytes,
    long RottenFiles,
    int IntervalDays,
    long BytesPerSecond,
    IReadOnlyList<RottenFileView> Rotten)
{
    public static ScrubView Of(ScrubReport report) => new(
        report.BeginTime?.ToDateTimeOffset(),
        report.EndTime?.ToDateTimeOffset(),
        report.Versions,
        report.Bytes,
        report.RottenFiles,
        report.IntervalDays,
        report.BytesPerSecond,
        [.. report.Rotten.Select(RottenFileView.Of)]);
}

/// <summary>A rotten file as JSON.</summary>
internal sealed record RottenFileView(string Import, string Name, string Version, string Path, DateTimeOffset? FindTime, DateTimeOffset? RepairTime)
{
    public static RottenFileView Of(RottenFile file) => new(
        ResourceName.IdOf(file.Import), file.Artifact?.Name ?? "", file.Artifact?.Version ?? "", file.Path, file.FindTime?.ToDateTimeOffset(), file.RepairTime?.ToDateTimeOffset());
}
