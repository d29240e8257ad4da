using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports;

/// <summary>
/// <c>gateway imports watch</c>: events as they come, one a line. With --exec a command runs for each published import, and with
/// --consumer too the import is acknowledged once the command succeeded.
/// </summary>
internal static class WatchCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var consumer = new Option<string?>("--consumer")
        {
            Description = "Skip imports that this consumer acknowledged; acknowledge each after its command succeeded.",
            HelpName = "NAME",
        };
        var since = new Option<string?>("--since") { Description = "Cursor of the last event seen; all events without it.", HelpName = "CURSOR" };
        var exec = new Option<bool>(GatewayCommand.ExecOption)
        {
            Description = "Run the rest of the line for each published import, as argv without a shell; {id} {name} {version} {kind} {path} are filled in.",
        };
        var argv = new Argument<string[]>("CMD") { Description = "Command and its arguments, after --exec.", Arity = ArgumentArity.ZeroOrMore };
        return new Command("watch", "Prints events of imports as they happen, one a line; with --json one JSON document a line (JSON Lines).")
        {
            consumer, since, exec, InvocationOptions.Context(), InvocationOptions.Json(), argv,
        }.Runs(environment, async (result, cancel) =>
        {
            var command = result.GetValue(argv) ?? [];
            if (result.GetValue(exec) != command.Length > 0)
            {
                throw CommandStop.Usage(command.Length > 0 ? "a command is given after --exec" : "--exec needs a command");
            }

            using var channel = ServiceChannel.High(result.ContextOf(environment));
            var watch = new ImportWatch(environment, new ImportService.ImportServiceClient(channel), result.GetValue(consumer), command, result.WantsJson());
            await watch.RunAsync(result.GetValue(since) ?? string.Empty, cancel);
            return ExitCode.Done;
        });
    }
}
