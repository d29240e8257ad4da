using System.Globalization;

namespace Gateway.LaneBench;

/// <summary>What this process has used so far.</summary>
internal static class ProcessCost
{
    /// <summary>User and system time since the process started.</summary>
    public static TimeSpan Cpu => Environment.CpuUsage.TotalTime;

    /// <summary>Highest resident set (VmHWM, proc(5)), in bytes.</summary>
    public static long PeakBytes =>
        long.Parse(
            File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) << 10;
}
