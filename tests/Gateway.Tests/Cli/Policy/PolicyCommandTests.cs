using System.Text.Json;
using Gateway.Cli;
using Gateway.Tests.Core.Policy;
using Xunit;

namespace Gateway.Tests.Cli.Policy;

public sealed class PolicyCommandTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();

    [Fact]
    public async Task Check_prints_the_digest_that_a_configuration_names()
    {
        Assert.Equal(ExitCode.Done, await RunAsync("policy", "check", BundleText.ShippedDirectory, "--json"));

        using var document = JsonDocument.Parse(output.ToString());
        Assert.Equal(BundleText.Shipped().Digest.Hex, document.RootElement.GetProperty("sha256").GetString());
        Assert.Equal("", errors.ToString());
    }

    [Fact]
    public async Task Test_of_the_shipped_bundle_passes()
    {
        Assert.Equal(ExitCode.Done, await RunAsync("policy", "test", BundleText.ShippedDirectory));
        Assert.Contains(" 0 failed", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_of_a_bundle_that_breaks_its_promise_is_refused_and_shows_the_case()
    {
        Write(new BundleText { Cases = $"[{BundleText.CaseOf("nobody is enough", "\"approvals\":0", "permit")}]" });

        Assert.Equal(ExitCode.Refused, await RunAsync("policy", "test", directory.Path, "--json"));

        using var document = JsonDocument.Parse(output.ToString());
        Assert.Equal(1, document.RootElement.GetProperty("failed").GetInt32());
        Assert.StartsWith("refused: POLICY_INVALID: ", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_of_a_bundle_whose_rules_do_not_validate_is_refused_by_name()
    {
        Write(new BundleText { Rules = BundleText.Forbid("typo", "resource.fromat == \"x\"") });

        Assert.Equal(ExitCode.Refused, await RunAsync("policy", "check", directory.Path));

        Assert.Contains("fromat", errors.ToString(), StringComparison.Ordinal);
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_wrong_usage() =>
        Assert.Equal(ExitCode.Usage, await RunAsync("policy", "check", directory["absent"]));

    public void Dispose()
    {
        directory.Dispose();
        output.Dispose();
        errors.Dispose();
    }

    private void Write(BundleText bundle)
    {
        foreach (var (path, bytes) in bundle.Files())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(directory[path])!);
            File.WriteAllBytes(directory[path], bytes.Span);
        }
    }

    private Task<int> RunAsync(params string[] arguments) => GatewayCommand.RunAsync(
        arguments,
        new CommandEnvironment
        {
            Out = output,
            Error = errors,
            In = TextReader.Null,
            OutIsTerminal = false,
            ErrorIsTerminal = false,
            InIsTerminal = false,
            Time = TimeProvider.System,
            Variable = _ => null,
        },
        TestContext.Current.CancellationToken);
}
