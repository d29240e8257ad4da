using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Gateway.Benchmarks;

/// <summary>What a process cost.</summary>
/// <param name="Wall">From start to end.</param>
/// <param name="Cpu">User and system time.</param>
/// <param name="PeakBytes">Highest resident set (VmHWM, proc(5)).</param>
/// <param name="Output">Its standard output.</param>
internal sealed record Measured(TimeSpan Wall, TimeSpan Cpu, long PeakBytes, string Output)
{
    /// <summary>Time between two looks at a running program: what it costs after the last look is not counted.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    /// <summary>Clock ticks a second in /proc/PID/stat (sysconf(_SC_CLK_TCK); 100 on every Linux that .NET runs on).</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Runs a program to its end; throws with its errors where it fails.</summary>
    public static Measured Run(string program, params string[] arguments) => Run(program, arguments, new Dictionary<string, string>());

    /// <param name="program">What to run.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables that it gets besides this process's.</param>
    /// <param name="said">Told each line of its standard output when it comes.</param>
    public static Measured Run(string program, string[] arguments, IReadOnlyDictionary<string, string> environment, Action<string>? said = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = ReadAsync(process.StandardOutput, said);
        long peak = 0;
        var cpu = TimeSpan.Zero;
        while (!process.WaitForExit(LookEvery))
        {
            peak = Math.Max(peak, PeakOf(process.Id));
            cpu = CpuOf(process.Id) ?? cpu;
        }

        return process.ExitCode == 0
            ? new Measured(clock.Elapsed, cpu, peak, output.Result)
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
    }

    private static async Task<string> ReadAsync(StreamReader from, Action<string>? said)
    {
        var text = new StringBuilder();
        while (await from.ReadLineAsync() is { } line)
        {
            text.AppendLine(line);
            said?.Invoke(line);
        }

        return text.ToString();
    }

    /// <summary>A process that still runs.</summary>
    public static Measured Of(Process process)
    {
        process.Refresh();
        return new Measured(TimeSpan.Zero, process.TotalProcessorTime, PeakOf(process.Id), "");
    }

    /// <summary>User and system time, fields 14 and 15 of /proc/PID/stat (proc(5)); null once it ended.</summary>
    private static TimeSpan? CpuOf(int id)
    {
        try
        {
            var fields = File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].Split(' ');
            return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
        }
        catch (IOException)
        {
            return null;
        }
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
