using Gateway.Cli.Contexts;
using Gateway.Cli.Imports.Consumers;
using Gateway.Cli.Signing;
using Gateway.Core.Trust;
using Gateway.Protocol.High.V1;
using Grpc.Net.Client;

namespace Gateway.Cli.Imports.Rules;

/// <summary>The rules that are carried out now, each by a loop of its own. They can be exchanged for others while an import is in hand, which is finished by the rule that began it.</summary>
internal sealed class RulesInForce(CommandEnvironment environment, GatewayContext context, GrpcChannel channel, HttpClient http, bool json, CancellationToken cancel) : IDisposable
{
    private readonly Dictionary<string, Running> running = new(StringComparer.Ordinal);
    private readonly List<Running> retiring = [];
    private TrustRoot? root;

    /// <summary>All loops: one that ends without having been retired cannot go on.</summary>
    public IEnumerable<Task> Loops => [.. running.Values.Concat(retiring).Select(rule => rule.Loop)];

    /// <summary>
    /// Puts rules in force: new ones begin, those that are gone take nothing more, and of those that stay the action is what it is now. Stops, and changes nothing,
    /// where a rule of the same name is for other imports, which its consumer in the service would not take, or where the trust root that copies need cannot be read.
    /// </summary>
    public void Apply(ImportRules rules)
    {
        var differing = rules.Rules.Where(rule => running.TryGetValue(rule.Name, out var held) && !held.Rule.Request.Settings.Equals(rule.Request.Settings)).ToList();
        if (differing.Count > 0)
        {
            throw CommandStop.Usage(string.Join(
                "; ", differing.Select(rule => $"rule {rule.Name}: what its consumer is for, its attempts and its deadline stay as they are: give a rule with others another name")));
        }

        root ??= rules.Rules.Any(rule => rule.Entry.Copy is not null) ? PinnedTrustRoot.Open(context, environment.Time) : null;
        var names = rules.Rules.Select(rule => rule.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in running.Values.Where(rule => !names.Contains(rule.Rule.Name)).ToList())
        {
            running.Remove(gone.Rule.Name);
            retiring.Add(gone);
            gone.Retired.Cancel();
        }

        foreach (var rule in rules.Rules)
        {
            if (running.TryGetValue(rule.Name, out var held))
            {
                held.Consumer.Change(ActionOf(rules, rule));
            }
            else
            {
                running.Add(rule.Name, Start(rules, rule));
            }
        }
    }

    /// <summary>Forgets loops that ended as they should; the first of the others, or null.</summary>
    public Task? FindEnded()
    {
        foreach (var over in retiring.Where(rule => rule.Loop.IsCompletedSuccessfully).ToList())
        {
            retiring.Remove(over);
            over.Retired.Dispose();
        }

        return Loops.FirstOrDefault(loop => loop.IsCompleted);
    }

    public void Dispose()
    {
        foreach (var rule in running.Values.Concat(retiring))
        {
            rule.Retired.Dispose();
        }
    }

    private Running Start(ImportRules rules, ImportRule rule)
    {
        var (consumer, retired) = (new RuleConsumer(environment, rule.Name, ActionOf(rules, rule), json), new CancellationTokenSource());
        // A rule that comes back under its name waits until the one from before has settled what it had in hand.
        var before = retiring.Where(old => old.Rule.Name == rule.Name).Select(old => old.Loop).ToList();
        return new(rule, consumer, retired, RunAsync(new(environment, new(channel), rule.Request, consumer), before, retired.Token));
    }

    private async Task RunAsync(DeliveryLoop loop, IReadOnlyList<Task> before, CancellationToken retired)
    {
        await Task.WhenAll(before);
        await loop.RunAsync(cancel, retired);
    }

    private IRuleAction ActionOf(ImportRules rules, ImportRule rule) => rule switch
    {
        { Hook: { } hook } => new WebhookAction(hook, rules.Source, http, environment.Time),
        { Entry.Exec: { } command } => new ExecAction(command),
        { Entry.Link: { } link } => new LinkAction(link, rules.Storage!),
        _ => new CopyAction(environment.WithoutProgress(), new ImportService.ImportServiceClient(channel), root!, rule.Entry.Copy!),
    };

    private sealed record Running(ImportRule Rule, RuleConsumer Consumer, CancellationTokenSource Retired, Task Loop);
}
