using System.CommandLine;

namespace Gateway.Cli.Dev;

/// <summary><c>gateway dev</c>: both sides on this machine, until Ctrl-C.</summary>
internal static class DevCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var directory = new Option<string>("--dir")
        {
            Description = "Directory of keys, configuration and state; used again where it exists.",
            DefaultValueFactory = _ => Path.Combine(Directory.GetCurrentDirectory(), "gateway-dev"),
            HelpName = "D",
        };
        return new Command("dev", "Runs both sides on this machine with throwaway keys until Ctrl-C; prints `ready` when both are.") { directory }
            .Runs(environment, async (result, cancel) =>
            {
                var site = ThrowawaySite.OpenOrCreate(Path.GetFullPath(result.GetRequiredValue(directory)), environment.Time);
                await using var running = await RunningSite.StartAsync(environment, site, RunningSite.FreeAddresses(link: null), cancel);
                await environment.Error.WriteLineAsync(
                    $"low https://{running.Addresses.Low}  high https://{running.Addresses.High}\n"
                    + $"readers, with a key of gateway imports key create and CA {site.Directory}/ca.pem: HF_ENDPOINT=https://{running.Addresses.Hub} "
                    + $"AWS_ENDPOINT_URL=https://{running.Addresses.S3}  registry {running.Addresses.Registry}\n"
                    + $"export GATEWAY_CONTEXTS={site.ContextsFile}\n"
                    + $"contexts: {string.Join(", ", Cast.Actors.Select(a => a.Context))}; trust root: {site.TrustRootFile}");
                environment.Screen.Line("ready");
                await environment.Out.FlushAsync(cancel);
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                try
                {
                    var first = await Task.WhenAny(running.Low.EndedAsync(ended.Token), running.High.EndedAsync(ended.Token));
                    await first;
                }
                catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                {
                    return ExitCode.Done;
                }
                finally
                {
                    await ended.CancelAsync();
                }

                var dead = running.Low.HasEnded ? running.Low : running.High;
                throw CommandStop.Unreachable($"a service ended by itself: see {dead.LogFile}");
            });
    }
}
