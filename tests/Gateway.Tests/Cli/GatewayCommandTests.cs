using System.CommandLine;
using System.Text.Json;
using Gateway.Cli;
using Xunit;

namespace Gateway.Tests.Cli;

public sealed class GatewayCommandTests : IDisposable
{
    private readonly CommandLineRun run = new();

    public void Dispose() => run.Dispose();

    [Theory]
    [InlineData("submit", "--dry-rum", "--name", "a/b", "--version", "1", "--kind", "dataset", "--to", "e", "--reason", "r")]
    [InlineData("show", "--jsn")]
    [InlineData("imports", "watch", "--sinc", "7")]
    public async Task An_option_that_does_not_exist_is_wrong_usage_and_never_a_path_or_id(params string[] line)
    {
        Assert.Equal(ExitCode.Usage, await run.RunAsync(line));
        Assert.Contains("--", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Out);
    }

    [Theory]
    [InlineData]
    [InlineData("frobnicate")]
    [InlineData("submit", ".")]
    [InlineData("approve", "x")]
    [InlineData("list", "--state", "ASLEEP")]
    public async Task What_the_parser_cannot_read_is_wrong_usage(params string[] line) => Assert.Equal(ExitCode.Usage, await run.RunAsync(line));

    [Fact]
    public async Task A_value_that_begins_with_a_dash_is_taken_after_the_separator()
    {
        await run.RunAsync("show", "--", "-x");

        Assert.Contains("no contexts file", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_follows_exec_belongs_to_the_command_that_it_runs()
    {
        await run.RunAsync("imports", "watch", "--exec", "python", "load.py", "--json", "--fast");

        Assert.Contains("no contexts file", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exec_without_a_command_is_wrong_usage() =>
        Assert.Equal(ExitCode.Usage, await run.RunAsync("imports", "watch", "--exec"));

    [Fact]
    public async Task Every_command_explains_itself()
    {
        foreach (var path in Paths(GatewayCommand.Create(run.Environment)))
        {
            Assert.Equal(ExitCode.Done, await run.RunAsync([.. path, "--help"]));
        }
    }

    [Fact]
    public async Task A_refusal_is_the_last_line_of_stderr_and_with_json_a_document_of_its_own()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal(
            ExitCode.Refused,
            await run.RunAsync(
                "submit", directory.Path, "--name", "../evil", "--version", "1", "--kind", "dataset", "--to", "e", "--reason", "r", "--json"));

        Assert.StartsWith("refused: NAME_INVALID: ", run.LastError, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal("NAME_INVALID", document.RootElement.GetProperty("refusal").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_exit_code_three()
    {
        using var directory = new TemporaryDirectory();
        Gateway.Cli.Dev.ThrowawaySite.OpenOrCreate(directory.Path, TimeProvider.System);
        run.Variables["GATEWAY_CONTEXTS"] = directory.Write(
            "contexts.json",
            """{"current":"a","contexts":{"a":{"low":"https://127.0.0.1:1","certificate":"alice.crt.pem","key":"alice.key.pem","authority":"ca.pem"}}}""");

        Assert.Equal(ExitCode.Unreachable, await run.RunAsync("list"));
        Assert.StartsWith("error: the service does not answer", run.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_without_the_side_that_a_command_needs_says_so()
    {
        using var directory = new TemporaryDirectory();
        run.Variables["GATEWAY_CONTEXTS"] = directory.Write(
            "contexts.json", """{"current":"a","contexts":{"a":{"certificate":"c","key":"k","authority":"ca"}}}""");

        Assert.Equal(ExitCode.Usage, await run.RunAsync("imports", "list"));
        Assert.Contains("no high side", run.Errors, StringComparison.Ordinal);
    }

    private static IEnumerable<string[]> Paths(Command command) => command.Subcommands.Count == 0
        ? [[]]
        : command.Subcommands.SelectMany(c => Paths(c).Select(p => (string[])[c.Name, .. p]));
}
