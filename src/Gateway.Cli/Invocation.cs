using System.CommandLine;
using System.CommandLine.Parsing;
using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Core;
using Grpc.Core;

namespace Gateway.Cli;

/// <summary>Runs a command's body and turns whatever ended it into an exit code and a last line on stderr.</summary>
internal static class Invocation
{
    /// <summary>Makes <paramref name="body"/> the action of the command.</summary>
    public static Command Runs(this Command command, CommandEnvironment environment, Func<ParseResult, CancellationToken, Task<int>> body)
    {
        command.SetAction((result, cancel) => RunAsync(environment, result, body, cancel));
        return command;
    }

    private static async Task<int> RunAsync(
        CommandEnvironment environment, ParseResult result, Func<ParseResult, CancellationToken, Task<int>> body, CancellationToken cancel)
    {
        try
        {
            return await body(result, cancel);
        }
        catch (CommandStop stop)
        {
            return Stop(environment, result, stop);
        }
        catch (RpcException e) when (!cancel.IsCancellationRequested)
        {
            return RpcRefusal.Stop(e) is { } stop ? Stop(environment, result, stop) : Crash(environment, e);
        }
        catch (Exception e) when (cancel.IsCancellationRequested && e is OperationCanceledException or RpcException)
        {
            environment.Error.WriteLine("interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Stop(environment, result, CommandStop.Usage(e.Message));
        }
#pragma warning disable CA1031 // The outermost frame: a bug becomes exit code 4, with its trace on stderr.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Crash(environment, e);
        }
    }

    private static int Stop(CommandEnvironment environment, ParseResult result, CommandStop stop)
    {
        if (stop.Refusal is not { } refusal)
        {
            environment.Error.WriteLine($"error: {SafeText.Of(stop.Message)}");
            return stop.Code;
        }

        if (!environment.Screen.HasDocument && result.GetResult("--json") is OptionResult { Implicit: false })
        {
            environment.Screen.Document(new RefusalDocument(RefusalView.Of(refusal)), CliJson.Default.RefusalDocument);
        }

        environment.Error.WriteLine($"refused: {SafeText.Of(refusal.ToString())}");
        return stop.Code;
    }

    private static int Crash(CommandEnvironment environment, Exception e)
    {
        foreach (var line in e.ToString().Split('\n'))
        {
            environment.Error.WriteLine(SafeText.Of(line));
        }

        environment.Error.WriteLine($"internal error: {SafeText.Of(e.Message)}");
        return ExitCode.Internal;
    }
}

/// <summary>What <c>--json</c> prints where the answer is no.</summary>
internal sealed record RefusalDocument(RefusalView Refusal);

/// <summary>A refusal as JSON.</summary>
internal sealed record RefusalView(string Code, string Detail, string Sentence)
{
    public static RefusalView Of(Refusal refusal) => new(refusal.Name, refusal.Detail, refusal.Sentence);
}
