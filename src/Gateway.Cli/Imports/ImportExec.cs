using System.ComponentModel;
using System.Diagnostics;

namespace Gateway.Cli.Imports;

/// <summary>Runs the command of --exec. Placeholders are filled within whole words of argv, so that no name from a manifest is ever split or interpreted.</summary>
internal static class ImportExec
{
    /// <summary>The arguments with every placeholder replaced.</summary>
    public static string[] Fill(IEnumerable<string> command, ImportView import) =>
    [
        .. command.Select(word => word
            .Replace("{id}", import.Id, StringComparison.Ordinal)
            .Replace("{name}", import.Name, StringComparison.Ordinal)
            .Replace("{version}", import.Version, StringComparison.Ordinal)
            .Replace("{kind}", import.Kind, StringComparison.Ordinal)
            .Replace("{path}", import.Path, StringComparison.Ordinal)),
    ];

    /// <summary>Runs a program to its end and returns its exit code; a usage error where it cannot be started.</summary>
    /// <param name="argv">The program and its arguments.</param>
    /// <param name="endsWithUs">Whether it is killed, with what it started, where this command is stopped: where its work is given to another process then.</param>
    /// <param name="cancel">Stops waiting.</param>
    public static async Task<int> RunAsync(string[] argv, bool endsWithUs, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(argv[0]) { UseShellExecute = false };
        foreach (var argument in argv[1..])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = StartOrStop(start);
        try
        {
            await process.WaitForExitAsync(cancel);
            return process.ExitCode;
        }
        catch (OperationCanceledException) when (endsWithUs)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }

    private static Process StartOrStop(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw CommandStop.Failed($"{start.FileName} did not start");
        }
        catch (Win32Exception e)
        {
            throw CommandStop.Usage($"{start.FileName} cannot be started: {e.Message}");
        }
    }
}
