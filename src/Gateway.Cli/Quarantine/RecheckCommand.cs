using System.CommandLine;
using Gateway.Cli.Imports;
using Gateway.Cli.Services;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Quarantine;

/// <summary><c>gateway quarantine recheck</c>: waits for what the checks say, which is what was asked for.</summary>
internal static class RecheckCommand
{
    /// <summary>Time between two looks: verification of a small import takes about as long.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static Command Create(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("Import id.");
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait for what the checks say." };
        return new Command("recheck", "Runs all nine checks again on a quarantined import; it ends published, or quarantined for what is wrong now.")
        {
            id, noWait, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.High(result.ContextOf(environment));
            var import = await new QuarantineService.QuarantineServiceClient(channel).RecheckQuarantinedAsync(
                new RecheckQuarantinedRequest { Name = ResourceName.Import(result.GetRequiredValue(id)), RequestId = Guid.NewGuid().ToString() },
                cancellationToken: cancel);
            var imports = new ImportService.ImportServiceClient(channel);
            while (!result.GetValue(noWait) && import.State == Import.Types.State.Verifying)
            {
                await Task.Delay(Interval, environment.Time, cancel);
                import = await imports.GetImportAsync(new GetImportRequest { Name = import.Name }, cancellationToken: cancel);
            }

            ImportScreen.Show(environment.Screen, import, result.WantsJson());
            return import.State == Import.Types.State.Quarantined ? throw CommandStop.Refused(Words.RefusalOf(import.Refusal)) : ExitCode.Done;
        });
    }
}
