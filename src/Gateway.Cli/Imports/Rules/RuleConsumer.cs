using System.Text.Json;
using Gateway.Cli.Imports.Consumers;
using Gateway.Cli.Terminal;
using Gateway.Protocol.High.V1;
using Grpc.Core;

namespace Gateway.Cli.Imports.Rules;

/// <summary>What became of an import under a rule, as JSON: one a line.</summary>
internal sealed record RuleOutcomeView(string Rule, string Outcome, int Attempt, string? Reason, ImportView Import);

/// <summary>A rule at work. What goes wrong with one import is a failure of that attempt: other imports and other rules go on.</summary>
internal sealed class RuleConsumer(CommandEnvironment environment, string rule, IRuleAction action, bool json) : IDeliveryHandler
{
    private volatile IRuleAction action = action;

    /// <summary>What is done with the imports that are begun from now on.</summary>
    public void Change(IRuleAction changed) => action = changed;

    public async Task<DeliveryFailure?> HandleAsync(Delivery delivery, CancellationToken cancel)
    {
        try
        {
            return await action.RunAsync(delivery, cancel);
        }
        catch (Exception e) when (e is CommandStop or IOException or UnauthorizedAccessException || (e is RpcException && !cancel.IsCancellationRequested))
        {
            return new(e.Message, Backoff.After(delivery.Attempt));
        }
    }

    public async Task SettledAsync(Delivery delivery, DeliveryFailure? failure, bool dead)
    {
        var import = ImportView.Of(delivery.Event.Import);
        var outcome = failure is null ? "done" : dead ? "dead" : "released";
        await environment.Out.WriteLineAsync(json
            ? JsonSerializer.Serialize(new(rule, outcome, delivery.Attempt, failure?.Reason, import), CliJsonLines.Default.RuleOutcomeView)
            : SafeText.Of($"{rule}: {import.Name}@{import.Version} {outcome}{(failure is null ? "" : $": {failure.Reason}")} (attempt {delivery.Attempt} of {delivery.MaxAttempts})"));
        await environment.Out.FlushAsync();
    }
}
