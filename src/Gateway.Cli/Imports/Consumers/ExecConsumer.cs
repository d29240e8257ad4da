using System.Text.Json;
using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports.Consumers;

/// <summary>A delivery as JSON: one a line, with what <see cref="ImportEventView"/> says.</summary>
internal sealed record DeliveryView(string Delivery, int Attempt, string Cursor, DateTimeOffset? Time, ImportView Import);

/// <summary>Runs a command for each delivery: exit code 0 acknowledges, any other gives it back.</summary>
internal sealed class ExecConsumer(CommandEnvironment environment, string[] command, bool json) : IDeliveryHandler
{
    public async Task<DeliveryFailure?> HandleAsync(Delivery delivery, CancellationToken cancel)
    {
        var (change, import) = (delivery.Event, ImportView.Of(delivery.Event.Import));
        if (json)
        {
            // Lines of JSON: a watch has no end at which one document could be closed.
            await environment.Out.WriteLineAsync(JsonSerializer.Serialize(
                new DeliveryView(delivery.Id, delivery.Attempt, change.Cursor, change.Time?.ToDateTimeOffset(), import), CliJsonLines.Default.DeliveryView));
        }
        else
        {
            environment.Screen.Line($"{Words.Of(change.Time)} {import.State} {import.Name}@{import.Version} {import.Path} (attempt {delivery.Attempt})");
        }

        await environment.Out.FlushAsync(cancel);
        var argv = ImportExec.Fill(command, import);
        return await ImportExec.RunAsync(argv, endsWithUs: true, cancel) is not 0 and var code
            ? new DeliveryFailure($"{argv[0]} ended with exit code {code}", Backoff.After(delivery.Attempt))
            : null;
    }

    public Task SettledAsync(Delivery delivery, DeliveryFailure? failure, bool dead) => failure is null
        ? Task.CompletedTask
        : environment.Error.WriteLineAsync(SafeText.Of(
            $"{failure.Reason} for {delivery.Event.Import.Artifact.Name}@{delivery.Event.Import.Artifact.Version}, attempt {delivery.Attempt} of {delivery.MaxAttempts}: "
            + (dead ? "given up, see gateway imports consumers dead" : $"again in {failure.RetryAfter.TotalSeconds:0.0} s")));
}
