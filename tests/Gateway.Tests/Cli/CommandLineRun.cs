using Gateway.Cli;

namespace Gateway.Tests.Cli;

/// <summary>Runs a command line as a script would: no terminal, variables of its own.</summary>
internal sealed class CommandLineRun : IDisposable
{
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();

    internal Dictionary<string, string> Variables { get; } = new() { ["HOME"] = "/nonexistent" };

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    internal string Out => output.ToString();

    internal string Errors => errors.ToString();

    internal string LastError => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];

    internal CommandEnvironment Environment => new()
    {
        // Rules that run beside each other write as they do on a console.
        Out = TextWriter.Synchronized(output),
        Error = TextWriter.Synchronized(errors),
        In = TextReader.Null,
        OutIsTerminal = false,
        ErrorIsTerminal = false,
        InIsTerminal = false,
        Time = Time,
        Variable = name => Variables.GetValueOrDefault(name),
    };

    public void Dispose()
    {
        output.Dispose();
        errors.Dispose();
    }

    internal Task<int> RunAsync(params string[] line) => GatewayCommand.RunAsync(line, Environment, CancellationToken.None);
}
