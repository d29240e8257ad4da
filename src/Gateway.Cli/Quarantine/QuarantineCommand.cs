using System.CommandLine;
using Gateway.Cli.Imports;
using Gateway.Cli.Services;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Quarantine;

/// <summary><c>gateway quarantine list | show | recheck | delete</c>.</summary>
internal static class QuarantineCommand
{
    public static Command Create(CommandEnvironment environment) => new("quarantine", "What the high side refused.")
    {
        List(environment), Show(environment), RecheckCommand.Create(environment), Delete(environment),
    };

    private static Command List(CommandEnvironment environment) =>
        new Command("list", "Lists quarantined imports, newest first.") { InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var service = new QuarantineService.QuarantineServiceClient(channel);
                var imports = await Pages.All(
                    async token =>
                    {
                        var page = await service.ListQuarantineAsync(
                            new ListQuarantineRequest { PageSize = 1000, PageToken = token }, cancellationToken: cancel);
                        return ((IEnumerable<Import>)page.Imports, page.NextPageToken);
                    },
                    cancel).ToListAsync(cancel);
                ImportScreen.List(environment.Screen, imports, result.WantsJson());
                return ExitCode.Done;
            });

    private static Command Show(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("Import id.");
        return new Command("show", "Shows one quarantined import and why it was refused.") { id, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var import = await new QuarantineService.QuarantineServiceClient(channel).GetQuarantinedAsync(
                    new GetQuarantinedRequest { Name = ResourceName.Import(result.GetRequiredValue(id)) }, cancellationToken: cancel);
                ImportScreen.Show(environment.Screen, import, result.WantsJson());
                return ExitCode.Done;
            });
    }

    private static Command Delete(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("Import id.");
        return new Command("delete", "Deletes the bytes of a quarantined import for good; the record of it stays.") { id, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var import = await new QuarantineService.QuarantineServiceClient(channel).DeleteQuarantinedAsync(
                    new DeleteQuarantinedRequest { Name = ResourceName.Import(result.GetRequiredValue(id)), RequestId = Guid.NewGuid().ToString() },
                    cancellationToken: cancel);
                ImportScreen.Show(environment.Screen, import, result.WantsJson());
                return ExitCode.Done;
            });
    }
}
