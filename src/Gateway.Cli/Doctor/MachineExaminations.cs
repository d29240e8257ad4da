using System.ComponentModel;
using System.Diagnostics;

namespace Gateway.Cli.Doctor;

/// <summary>Looks at the machine, with the tools that it has.</summary>
internal static class MachineExaminations
{
    private const string Machine = "this machine";

    /// <summary>Longest that a system tool may take.</summary>
    private static readonly TimeSpan ToolTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Whether the clock is kept right: expiry is judged by it.</summary>
    public static Examination Clock() => RunTool("timedatectl", "show", "--property", "NTPSynchronized", "--value")?.Trim() switch
    {
        "yes" => Examination.Ok(Machine, "clock", "synchronised"),
        "no" => Examination.Warning(Machine, "clock", "not synchronised: releases may seem expired or not yet valid"),
        _ => Examination.NotChecked(Machine, "clock", "timedatectl does not answer here; compare the clock by hand: expiry is judged by it"),
    };

    /// <summary>What a system tool printed; null where it is not there, fails or takes too long.</summary>
    public static string? RunTool(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            return process.WaitForExit(ToolTimeout) && process.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
