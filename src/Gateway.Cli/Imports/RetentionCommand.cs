using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports;

/// <summary><c>gateway imports retention</c>: what the rules would retire now. It changes nothing.</summary>
internal static class RetentionCommand
{
    public static Command Create(CommandEnvironment environment) =>
        new Command("retention", "Shows which older versions the rules of retention would retire now, and why the others are kept. Changes nothing.")
        {
            InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.High(result.ContextOf(environment));
            var service = new RetentionService.RetentionServiceClient(channel);
            var verdicts = await Pages.All(
                async token =>
                {
                    var page = await service.ListRetentionAsync(new ListRetentionRequest { PageSize = 1000, PageToken = token }, cancellationToken: cancel);
                    return (page.Verdicts.Select(RetentionView.Of), page.NextPageToken);
                },
                cancel).ToListAsync(cancel);
            Show(environment.Screen, verdicts, result.WantsJson());
            return ExitCode.Done;
        });

    private static void Show(Screen screen, IReadOnlyList<RetentionView> versions, bool json)
    {
        if (json)
        {
            screen.Document(new RetentionDocument(versions), CliJson.Default.RetentionDocument);
            return;
        }

        screen.Table(
            ["ARTIFACT", "KIND", "SIZE", "RETIRE", "KEPT BECAUSE", "RULE"],
            versions.Select(version => (IReadOnlyList<string>)
            [
                $"{version.Name}@{version.Version}", version.Kind, Screen.Size(version.Bytes), version.Retire ? "yes" : "no",
                version.Detail.Length == 0 ? version.KeptBecause ?? "" : $"{version.KeptBecause} ({version.Detail})", version.Rule,
            ]));
    }
}

/// <summary>Versions as JSON.</summary>
internal sealed record RetentionDocument(IReadOnlyList<RetentionView> Versions);

/// <summary>What the rules say of a version, as JSON.</summary>
internal sealed record RetentionView(
    string Import, string Kind, string Name, string Version, long Sequence, long Bytes, bool Retire, string? KeptBecause, string Detail, string Rule)
{
    public static RetentionView Of(RetentionVerdict verdict) => new(
        ResourceName.IdOf(verdict.Import?.Name ?? ""),
        Words.Of(verdict.Import?.Artifact?.Kind ?? Protocol.V1.ArtifactKind.Unspecified),
        verdict.Import?.Artifact?.Name ?? "",
        verdict.Import?.Artifact?.Version ?? "",
        verdict.Import?.Sequence ?? 0,
        verdict.Import?.Bytes ?? 0,
        verdict.Retire,
        verdict.Retire ? null : Words.Of(verdict.Hold),
        verdict.Detail,
        verdict.Rule);
}
