using System.CommandLine;
using Gateway.Cli.Imports.Consumers;
using Gateway.Cli.Services;
using Gateway.Cli.Signing;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports.Rules;

/// <summary><c>gateway imports run</c>: carries out a rules file until it is stopped. Each rule is a consumer of its own name.</summary>
internal static class RunCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var rules = new Option<string>("--rules") { Description = "Rules file: which artifacts, and what to do with them.", Required = true, HelpName = "FILE" };
        var check = new Option<bool>("--check") { Description = "Only say whether the rules file is right." };
        return new Command("run", "Acts on published imports by rules: runs commands, tells webhooks, links or copies. With --json one JSON document a line.")
        {
            rules, check, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            var read = RulesFile.Read(result.GetRequiredValue(rules));
            if (result.GetValue(check))
            {
                return ExitCode.Done;
            }

            var context = result.ContextOf(environment);
            var root = read.Rules.Any(rule => rule.Entry.Copy is not null) ? PinnedTrustRoot.Open(context, environment.Time) : null;
            using var channel = ServiceChannel.High(context);
            using var http = WebhookAction.Client();
            // The first rule that cannot go on ends all of them: a file that is half in force would be noticed too late.
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var loops = read.Rules.Select(rule => new DeliveryLoop(
                environment, new(channel), rule.Request, new RuleConsumer(environment, rule.Name, ActionOf(rule), result.WantsJson())).RunAsync(ended.Token)).ToList();
            var first = await Task.WhenAny(loops);
            await ended.CancelAsync();
            await Task.WhenAll(loops).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await first;
            return ExitCode.Done;

            IRuleAction ActionOf(ImportRule rule) => rule switch
            {
                { Hook: { } hook } => new WebhookAction(hook, read.Source, http, environment.Time),
                { Entry.Exec: { } command } => new ExecAction(command),
                { Entry.Link: { } link } => new LinkAction(link, read.Storage!),
                _ => new CopyAction(environment.WithoutProgress(), new ImportService.ImportServiceClient(channel), root!, rule.Entry.Copy!),
            };
        });
    }
}
