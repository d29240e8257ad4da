using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>A directory into which a script for Python has written, where there is a Python that has the modules it needs.</summary>
internal sealed class PythonOutput : IDisposable
{
    private PythonOutput() => Path = Directory.CreateTempSubdirectory("genuine").FullName;

    public string Path { get; }

    /// <summary>Runs a script, given as text, whose first argument is the directory; the test is skipped where no Python has the modules.</summary>
    public static PythonOutput Of(string script, params string[] modules) => Run(["-c", script], modules);

    /// <summary>As <see cref="Of"/>, of a file.</summary>
    public static PythonOutput OfFile(string script, params string[] modules) => Run([script], modules);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static PythonOutput Run(string[] arguments, string[] modules)
    {
        // Debian's own has what apt installs; another may come first in PATH.
        var python = new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(p => Runs(p, ["-c", $"import sys, {string.Join(", ", modules.Append("os"))}"], quiet: true));
        Assert.SkipUnless(python is not null, $"no python3 here that has {string.Join(", ", modules.DefaultIfEmpty("its own library"))} (tests/run.sh installs what Debian has)");
        var output = new PythonOutput();
        Assert.True(Runs(python, [.. arguments, output.Path], quiet: false), "the script fails");
        return output;
    }

    private static bool Runs(string python, string[] arguments, bool quiet)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, arguments) { RedirectStandardError = quiet })!;
            _ = quiet ? process.StandardError.ReadToEnd() : "";
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
