using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Gateway.Cli.Audit;
using Gateway.Cli.Demo;
using Gateway.Cli.Dev;
using Gateway.Cli.Doctor;
using Gateway.Cli.Imports;
using Gateway.Cli.Inspect;
using Gateway.Cli.Keys;
using Gateway.Cli.Lanes;
using Gateway.Cli.Policy;
using Gateway.Cli.Quarantine;
using Gateway.Cli.Repair;
using Gateway.Cli.Review;
using Gateway.Cli.Submit;
using Gateway.Cli.Terminal;
using Gateway.Cli.Transfers;
using Gateway.Cli.Trust;
using Gateway.Cli.Verify;

namespace Gateway.Cli;

/// <summary>The command tree.</summary>
internal static class GatewayCommand
{
    /// <summary>Option after which the rest of the line is a command of the user's own.</summary>
    public const string ExecOption = "--exec";

    /// <summary>Time for a command to tidy up after Ctrl-C or SIGTERM: gateway dev waits for two services to stop.</summary>
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(45);

    /// <summary>Every command of <c>gateway</c>.</summary>
    public static RootCommand Create(CommandEnvironment environment)
    {
        var root = new RootCommand("Brings datasets and checkpoints through a data diode into a training enclave.");
        root.Add(SubmitCommand.Create(environment));
        foreach (var command in TransferCommands.Create(environment))
        {
            root.Add(command);
        }

        root.Add(ReviewCommand.Create(environment));
        root.Add(ApproveCommand.Create(environment));
        root.Add(RejectCommand.Create(environment));
        root.Add(ImportsCommand.Create(environment));
        root.Add(QuarantineCommand.Create(environment));
        root.Add(VerifyCommand.Create(environment));
        root.Add(LanesCommand.Create(environment));
        root.Add(LaneCommand.Create(environment));
        root.Add(RepairCommand.Create(environment));
        root.Add(AuditCommand.Create(environment));
        root.Add(InspectCommand.Create(environment));
        root.Add(PolicyCommand.Create(environment));
        root.Add(DoctorCommand.Create(environment));
        root.Add(DemoCommand.Create(environment));
        root.Add(KeyCommand.Create(environment));
        root.Add(TrustCommand.Create(environment));
        root.Add(DevCommand.Create(environment));
        return root;
    }

    /// <summary>Parses and runs; the exit code is one of <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(string[] arguments, CommandEnvironment environment, CancellationToken cancel)
    {
        var line = SeparateExec(arguments);
        var parsed = Create(environment).Parse(line);
        var errors = parsed.Action is ParseErrorAction
            ? parsed.Errors.Select(e => e.Message).ToList()
            : [.. SwallowedOptions(parsed, line).Select(o => $"unknown option {o}; to use it as a value, put -- before it")];
        if (errors.Count > 0)
        {
            foreach (var error in errors)
            {
                environment.Error.WriteLine($"error: {SafeText.Of(error)}");
            }

            environment.Error.WriteLine($"see {CommandPath(parsed.CommandResult)} --help");
            return ExitCode.Usage;
        }

        var invocation = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = environment.Out,
            Error = environment.Error,
            ProcessTerminationTimeout = TerminationTimeout,
        };
        return await parsed.InvokeAsync(invocation, cancel);
    }

    /// <summary>The parser gives an option that it does not know to a positional argument: `submit --dry-rum` would be a path.</summary>
    private static IEnumerable<string> SwallowedOptions(ParseResult parsed, string[] line)
    {
        var separator = Array.IndexOf(line, "--");
        var mayBeOptions = line.AsSpan(0, separator < 0 ? line.Length : separator).ToArray();
        return parsed.CommandResult.Children
            .OfType<ArgumentResult>()
            .SelectMany(a => a.Tokens)
            .Select(t => t.Value)
            .Where(v => v.Length > 1 && v[0] == '-' && mayBeOptions.Contains(v));
    }

    /// <summary>What follows --exec is argv of another program: no option in it is ours.</summary>
    private static string[] SeparateExec(string[] arguments)
    {
        var exec = Array.IndexOf(arguments, ExecOption);
        var separator = Array.IndexOf(arguments, "--");
        return exec < 0 || (separator >= 0 && separator <= exec + 1)
            ? arguments
            : [.. arguments[..(exec + 1)], "--", .. arguments[(exec + 1)..]];
    }

    private static string CommandPath(CommandResult command)
    {
        var names = new List<string>();
        for (SymbolResult? at = command; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: not RootCommand } named)
            {
                names.Insert(0, named.Command.Name);
            }
        }

        return string.Join(' ', ["gateway", .. names]);
    }
}
