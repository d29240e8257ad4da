using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports;

/// <summary><c>gateway imports revoke</c>: two people, each from their own context.</summary>
internal static class RevokeCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("Import id, or org/name@version.");
        var reason = new Option<string>("--reason") { Description = "Why, in one line.", Required = true, HelpName = "TEXT" };
        return new Command("revoke", "Takes a published version from readers for good, once two people have asked for it. There is no way back.")
        {
            id, reason, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.High(result.ContextOf(environment));
            var import = await new RevocationService.RevocationServiceClient(channel).RevokeImportAsync(
                new RevokeImportRequest
                {
                    Name = ResourceName.Import(result.GetRequiredValue(id)),
                    Reason = result.GetRequiredValue(reason),
                    RequestId = Guid.NewGuid().ToString(),
                },
                cancellationToken: cancel);
            ImportScreen.Show(environment.Screen, import, result.WantsJson());
            return ExitCode.Done;
        });
    }
}
