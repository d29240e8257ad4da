using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports;

/// <summary><c>gateway imports pin | unpin | pins</c>: versions that stay whatever the rules of retention say.</summary>
internal static class PinCommands
{
    public static Command Pin(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("Import id, or org/name@version.");
        var message = new Option<string>("--message", "-m") { Description = "Why, in one line.", Required = true, HelpName = "TEXT" };
        return new Command("pin", "Keeps a published version whatever the rules of retention say.") { id, message, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var import = await new RetentionService.RetentionServiceClient(channel).PinImportAsync(
                    new PinImportRequest
                    {
                        Name = ResourceName.Import(result.GetRequiredValue(id)),
                        Reason = result.GetRequiredValue(message),
                        RequestId = Guid.NewGuid().ToString(),
                    },
                    cancellationToken: cancel);
                ImportScreen.Show(environment.Screen, import, result.WantsJson());
                return ExitCode.Done;
            });
    }

    public static Command Unpin(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("Import id, or org/name@version.");
        return new Command("unpin", "Leaves a version to the rules of retention again.") { id, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var import = await new RetentionService.RetentionServiceClient(channel).UnpinImportAsync(
                    new UnpinImportRequest { Name = ResourceName.Import(result.GetRequiredValue(id)), RequestId = Guid.NewGuid().ToString() }, cancellationToken: cancel);
                ImportScreen.Show(environment.Screen, import, result.WantsJson());
                return ExitCode.Done;
            });
    }

    public static Command List(CommandEnvironment environment) =>
        new Command("pins", "Lists pinned versions: who pinned them, why and when.") { InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var service = new RetentionService.RetentionServiceClient(channel);
                var imports = await Pages.All(
                    async token =>
                    {
                        var page = await service.ListPinsAsync(new ListPinsRequest { PageSize = 1000, PageToken = token }, cancellationToken: cancel);
                        return ((IEnumerable<Import>)page.Imports, page.NextPageToken);
                    },
                    cancel).ToListAsync(cancel);
                if (result.WantsJson())
                {
                    ImportScreen.List(environment.Screen, imports, json: true);
                    return ExitCode.Done;
                }

                environment.Screen.Table(
                    ["ARTIFACT", "STATE", "PINNED BY", "PINNED", "WHY"],
                    imports.Select(import => (IReadOnlyList<string>)
                    [
                        $"{import.Artifact?.Name}@{import.Artifact?.Version}", Words.Of(import.State), import.Pin?.PinnedBy ?? "", Words.Of(import.Pin?.Time), import.Pin?.Reason ?? "",
                    ]));
                return ExitCode.Done;
            });
}
