using System.CommandLine;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Gateway.Cli.Services;
using Gateway.Cli.Terminal;

namespace Gateway.Cli.Imports.Rules;

/// <summary><c>gateway imports run</c>: carries out a rules file until it is stopped, and reads it again on SIGHUP. Each rule is a consumer of its own name.</summary>
internal static class RunCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var file = new Option<string>("--rules") { Description = "Rules file: which artifacts, and what to do with them.", Required = true, HelpName = "FILE" };
        var check = new Option<bool>("--check") { Description = "Only say whether the rules file is right." };
        return new Command("run", "Acts on published imports by rules: runs commands, tells webhooks, links or copies; reads them again on SIGHUP. With --json one JSON document a line.")
        {
            file, check, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            var path = result.GetRequiredValue(file);
            var read = RulesFile.Read(path);
            if (result.GetValue(check))
            {
                return ExitCode.Done;
            }

            var context = result.ContextOf(environment);
            using var channel = ServiceChannel.High(context);
            using var http = WebhookAction.Client();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            using var rules = new RulesInForce(environment, context, channel, http, result.WantsJson(), ended.Token);
            // At a terminal the signal means that it is gone.
            var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
            using var hangUp = environment.InIsTerminal ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                changes.Writer.TryWrite(true);
            });
            rules.Apply(read);
            Task? over;
            while ((over = rules.FindEnded()) is null)
            {
                var changed = changes.Reader.WaitToReadAsync(ended.Token).AsTask();
                await Task.WhenAny([changed, .. rules.Loops]);
                if (changed.IsCompletedSuccessfully && changes.Reader.TryRead(out _))
                {
                    await ReloadAsync(environment, rules, path);
                }
            }

            // The first rule that cannot go on ends all of them: a file that is half in force would be noticed too late.
            await ended.CancelAsync();
            await Task.WhenAll(rules.Loops).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await over;
            return ExitCode.Done;
        });
    }

    private static async Task ReloadAsync(CommandEnvironment environment, RulesInForce rules, string path)
    {
        try
        {
            rules.Apply(RulesFile.Read(path));
            await environment.Error.WriteLineAsync($"the rules of {SafeText.Of(path)} are in force");
        }
        catch (Exception e) when (e is CommandStop or IOException or UnauthorizedAccessException)
        {
            await environment.Error.WriteLineAsync(SafeText.Of($"the rules from before stay in force: {e.Message}"));
        }
    }
}
