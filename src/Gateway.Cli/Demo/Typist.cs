using System.Text.Json;
using Gateway.Cli.Terminal;

namespace Gateway.Cli.Demo;

/// <summary>What a command printed.</summary>
/// <param name="ExitCode">One of <see cref="Cli.ExitCode"/>.</param>
/// <param name="Document">Its JSON document; undefined where it printed none.</param>
/// <param name="LastError">Last line of its stderr.</param>
internal sealed record Typed(int ExitCode, JsonElement Document, string LastError)
{
    /// <summary>Code of the refusal, or null.</summary>
    public string? RefusalCode => ExitCode == Cli.ExitCode.Refused ? LastError.Split(": ") is ["refused", var code, ..] ? code : null : null;

    /// <summary>A text member of the document.</summary>
    public string Text(string member) => Document.GetProperty(member).GetString() ?? string.Empty;
}

/// <summary>Types commands as people of the site would: the demonstration has no other way in than they have.</summary>
internal sealed class Typist(CommandEnvironment environment)
{
    /// <summary>Runs a command in somebody's context, with --json.</summary>
    public async Task<Typed> TypeAsync(string? context, string[] command, CancellationToken cancel)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] line = context is null ? [.. command, "--json"] : [.. command, "--context", context, "--json"];
        var quiet = new CommandEnvironment
        {
            Out = output,
            Error = error,
            In = TextReader.Null,
            OutIsTerminal = false,
            ErrorIsTerminal = false,
            InIsTerminal = false,
            Time = environment.Time,
            Variable = environment.Variable,
        };
        var code = await GatewayCommand.RunAsync(line, quiet, cancel);
        cancel.ThrowIfCancellationRequested();
        var last = error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(string.Empty);
        return new Typed(code, output.ToString() is { Length: > 0 } text ? JsonDocument.Parse(text).RootElement : default, last);
    }

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<Typed> MustAsync(string? context, string[] command, CancellationToken cancel)
    {
        var typed = await TypeAsync(context, command, cancel);
        return typed.ExitCode == ExitCode.Done
            ? typed
            : throw new DemoFailure($"gateway {SafeText.Of(string.Join(' ', command))} ended with {typed.ExitCode}: {typed.LastError}");
    }
}

/// <summary>Something did not go as the demonstration says it goes.</summary>
internal sealed class DemoFailure(string what) : Exception(what);
