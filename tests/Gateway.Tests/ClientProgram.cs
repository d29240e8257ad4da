using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace Gateway.Tests;

/// <summary>Programs of others, run as their users run them.</summary>
internal static class ClientProgram
{
    /// <summary>Runs a program to its end; null where there is no such program.</summary>
    public static Task<(int Code, string Output)?> RunAsync(string workingDirectory, string program, params string[] arguments) =>
        RunAsync(workingDirectory, new Dictionary<string, string>(), program, arguments);

    /// <summary>As above, with variables that it gets besides this process's.</summary>
    public static async Task<(int Code, string Output)?> RunAsync(
        string workingDirectory, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = workingDirectory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, await output + await errors);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
