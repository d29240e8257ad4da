using System.Diagnostics;
using Xunit;

namespace Gateway.Tests.Rules;

public sealed class ProtoTests
{
    [Fact]
    public async Task Protos_are_clean_under_buf()
    {
        var buf = Path.Combine(Repository.Root, "tests", "lint", "node_modules", ".bin", "buf");
        if (!File.Exists(buf))
        {
            Assert.Skip("buf is not installed: run npm install --no-save --ignore-scripts in tests/lint.");
        }

        var (code, output) = await Run(buf, "lint", Path.Combine(Repository.Root, "protos"));
        Assert.True(code == 0, output);
        (code, output) = await Run(buf, "format", "--exit-code", "-d", Path.Combine(Repository.Root, "protos"));
        Assert.True(code == 0, output);
    }

    private static async Task<(int Code, string Output)> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}
