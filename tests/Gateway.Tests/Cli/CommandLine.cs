using System.Text.Json;
using Gateway.Cli;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Cli;

/// <summary>Runs commands in a directory of their own, as a script would: no terminal, no variables.</summary>
internal sealed class CommandLine : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    /// <summary>What the last command printed on stdout.</summary>
    public string Output { get; private set; } = "";

    /// <summary>What the last command printed on stderr.</summary>
    public string Errors { get; private set; } = "";

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    /// <summary>A path in the directory.</summary>
    public string this[string name] => directory[name];

    public async Task<int> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await GatewayCommand.RunAsync(
            arguments,
            new CommandEnvironment
            {
                Out = output,
                Error = errors,
                In = TextReader.Null,
                OutIsTerminal = false,
                ErrorIsTerminal = false,
                InIsTerminal = false,
                Time = Time,
                Variable = _ => null,
            },
            TestContext.Current.CancellationToken);
        Output = output.ToString();
        Errors = errors.ToString();
        return code;
    }

    /// <summary>Runs a command that must succeed, and reads the JSON that it prints.</summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var code = await RunAsync([.. arguments, "--json"]);
        Assert.True(code == ExitCode.Done, $"exit {code}: {Errors}");
        using var document = JsonDocument.Parse(Output);
        return document.RootElement.Clone();
    }

    public void Dispose() => directory.Dispose();
}
