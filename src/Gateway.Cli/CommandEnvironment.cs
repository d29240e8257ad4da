using Gateway.Cli.Terminal;

namespace Gateway.Cli;

/// <summary>What a command has of the outside: streams, variables and the clock. Tests give their own.</summary>
internal sealed class CommandEnvironment
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader In { get; init; }

    /// <summary>Whether stdout is a terminal: colours and width follow it.</summary>
    public required bool OutIsTerminal { get; init; }

    /// <summary>Whether stderr is a terminal: progress is shown there only.</summary>
    public required bool ErrorIsTerminal { get; init; }

    /// <summary>Whether questions can be asked.</summary>
    public required bool InIsTerminal { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Environment variable by name; null where it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Screen on stdout.</summary>
    public Screen Screen => field ??= new Screen(this);

    /// <summary>The same environment with one variable set.</summary>
    public CommandEnvironment With(string variable, string value) => Copy(name => name == variable ? value : Variable(name), ErrorIsTerminal);

    /// <summary>The same environment without progress: for work that goes on beside other work.</summary>
    public CommandEnvironment WithoutProgress() => Copy(Variable, errorIsTerminal: false);

    /// <summary>The environment of this process.</summary>
    public static CommandEnvironment OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        InIsTerminal = !Console.IsInputRedirected,
        Time = TimeProvider.System,
        Variable = Environment.GetEnvironmentVariable,
    };

    private CommandEnvironment Copy(Func<string, string?> variable, bool errorIsTerminal) => new()
    {
        Out = Out,
        Error = Error,
        In = In,
        OutIsTerminal = OutIsTerminal,
        ErrorIsTerminal = errorIsTerminal,
        InIsTerminal = InIsTerminal,
        Time = Time,
        Variable = variable,
    };
}
