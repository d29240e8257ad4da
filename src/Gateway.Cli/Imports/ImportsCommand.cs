using System.CommandLine;
using Gateway.Cli.Imports.Consumers;
using Gateway.Cli.Imports.Rules;
using Gateway.Cli.Services;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports;

/// <summary><c>gateway imports list | show | watch | ack | pull | consumers | run | key | revoke | pin | unpin | pins | retention | scrub</c>.</summary>
internal static class ImportsCommand
{
    public static Command Create(CommandEnvironment environment) => new("imports", "What arrived in the enclave.")
    {
        List(environment), Show(environment), WatchCommand.Create(environment), Acknowledge(environment), PullCommand.Create(environment),
        ConsumersCommand.Create(environment), RunCommand.Create(environment), AccessKeyCommand.Create(environment), RevokeCommand.Create(environment), ScrubCommand.Create(environment),
        PinCommands.Pin(environment), PinCommands.Unpin(environment), PinCommands.List(environment), RetentionCommand.Create(environment),
    };

    private static Command List(CommandEnvironment environment)
    {
        var state = new Option<string?>("--state") { Description = "Only imports in this state.", HelpName = "STATE" };
        state.AcceptOnlyFromAmong([.. Enum.GetValues<Import.Types.State>().Skip(1).Select(s => Words.Of(s))]);
        return new Command("list", "Lists imports, newest first.") { state, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var service = new ImportService.ImportServiceClient(channel);
                var wanted = Enum.GetValues<Import.Types.State>().FirstOrDefault(s => Words.Of(s) == result.GetValue(state));
                var imports = await Pages.All(
                    async token =>
                    {
                        var page = await service.ListImportsAsync(
                            new ListImportsRequest { PageSize = 1000, PageToken = token, State = wanted }, cancellationToken: cancel);
                        return ((IEnumerable<Import>)page.Imports, page.NextPageToken);
                    },
                    cancel).ToListAsync(cancel);
                ImportScreen.List(environment.Screen, imports, result.WantsJson());
                return ExitCode.Done;
            });
    }

    private static Command Show(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("Import id, or org/name (its current version), or org/name@version.");
        return new Command("show", "Shows one import.") { id, InvocationOptions.Context(), InvocationOptions.Json() }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.High(result.ContextOf(environment));
            var import = await new ImportService.ImportServiceClient(channel).GetImportAsync(
                new GetImportRequest { Name = ResourceName.Import(result.GetRequiredValue(id)) }, cancellationToken: cancel);
            ImportScreen.Show(environment.Screen, import, result.WantsJson());
            return ExitCode.Done;
        });
    }

    private static Command Acknowledge(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("Import id, or org/name@version.");
        var consumer = new Option<string>("--consumer") { Description = "Name of the consumer that took it over.", Required = true, HelpName = "NAME" };
        return new Command("ack", "Records that a consumer has taken an import over.") { id, consumer, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var service = new ImportService.ImportServiceClient(channel);
                var import = await service.GetImportAsync(
                    new GetImportRequest { Name = ResourceName.Import(result.GetRequiredValue(id)) }, cancellationToken: cancel);
                import = await service.AcknowledgeImportAsync(
                    new AcknowledgeImportRequest
                    {
                        Name = import.Name,
                        Consumer = result.GetRequiredValue(consumer),
                        RequestId = Guid.NewGuid().ToString(),
                    },
                    cancellationToken: cancel);
                ImportScreen.Show(environment.Screen, import, result.WantsJson());
                return ExitCode.Done;
            });
    }
}
