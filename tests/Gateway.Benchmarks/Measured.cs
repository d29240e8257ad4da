using System.Diagnostics;
using System.Globalization;

namespace Gateway.Benchmarks;

/// <summary>What a process cost.</summary>
/// <param name="Wall">From start to end.</param>
/// <param name="Cpu">User and system time.</param>
/// <param name="PeakBytes">Highest resident set (VmHWM, proc(5)).</param>
/// <param name="Output">Its standard output.</param>
internal sealed record Measured(TimeSpan Wall, TimeSpan Cpu, long PeakBytes, string Output)
{
    /// <summary>Runs a program to its end; throws with its errors where it fails.</summary>
    public static Measured Run(string program, params string[] arguments) => Run(program, arguments, new Dictionary<string, string>());

    public static Measured Run(string program, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(20)))
        {
            peak = Math.Max(peak, PeakOf(process.Id));
        }

        return process.ExitCode == 0
            ? new Measured(clock.Elapsed, process.TotalProcessorTime, peak, output.Result)
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
    }

    /// <summary>A process that still runs.</summary>
    public static Measured Of(Process process)
    {
        process.Refresh();
        return new Measured(TimeSpan.Zero, process.TotalProcessorTime, PeakOf(process.Id), "");
    }

    private static long PeakOf(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            // It ended between two looks.
            return 0;
        }
    }
}
