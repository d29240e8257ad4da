using System.CommandLine;
using Gateway.Cli.Imports.Consumers;
using Gateway.Cli.Services;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports;

/// <summary>
/// <c>gateway imports watch</c>: events as they come, one a line. With --exec a command runs for each published import. With --consumer too, the service
/// keeps the place and hands out each import until the command succeeded.
/// </summary>
internal static class WatchCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var consumer = new Option<string?>("--consumer")
        {
            Description = "With --exec: share the work of this consumer, whose place the service keeps. Without: skip imports that it acknowledged.",
            HelpName = "NAME",
        };
        var since = new Option<string?>("--since") { Description = "Cursor of the last event seen; all events without it.", HelpName = "CURSOR" };
        var exec = new Option<bool>(GatewayCommand.ExecOption)
        {
            Description = "Run the rest of the line for each published import, as argv without a shell; {id} {name} {version} {kind} {path} are filled in.",
        };
        var argv = new Argument<string[]>("CMD") { Description = "Command and its arguments, after --exec.", Arity = ArgumentArity.ZeroOrMore };
        var options = new ConsumerOptions();
        var command = new Command("watch", "Prints events of imports as they happen, one a line; with --json one JSON document a line (JSON Lines).")
        {
            consumer, since, exec, InvocationOptions.Context(), InvocationOptions.Json(), argv,
        };
        foreach (var option in options.All)
        {
            command.Add(option);
        }

        return command.Runs(environment, async (result, cancel) =>
        {
            var program = result.GetValue(argv) ?? [];
            if (result.GetValue(exec) != program.Length > 0)
            {
                throw CommandStop.Usage(program.Length > 0 ? "a command is given after --exec" : "--exec needs a command");
            }

            var shared = program.Length > 0 ? result.GetValue(consumer) : null;
            if (shared is not null && result.GetValue(since) is not null)
            {
                throw CommandStop.Usage("the service keeps the place of a consumer: leave --since out");
            }

            if (shared is null && options.FirstGiven(result) is { } given)
            {
                throw CommandStop.Usage($"{given} is for --consumer with --exec");
            }

            using var channel = ServiceChannel.High(result.ContextOf(environment));
            if (shared is not null)
            {
                var handler = new ExecConsumer(environment, program, result.WantsJson());
                await new DeliveryLoop(environment, new(channel), options.ToRequest(result, shared), handler).RunAsync(cancel);
                return ExitCode.Done;
            }

            var watch = new ImportWatch(environment, new ImportService.ImportServiceClient(channel), result.GetValue(consumer), program, result.WantsJson());
            await watch.RunAsync(result.GetValue(since) ?? string.Empty, cancel);
            return ExitCode.Done;
        });
    }
}
