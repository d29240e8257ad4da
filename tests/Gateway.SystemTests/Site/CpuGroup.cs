using System.Globalization;
using System.Security.Cryptography;

namespace Gateway.SystemTests.Site;

/// <summary>A control group that holds its processes to a share of one CPU (cgroups(7), version 2 or the cpu controller of version 1).</summary>
internal sealed class CpuGroup : IAsyncDisposable
{
    private const string Version1 = "/sys/fs/cgroup/cpu";
    private const string Version2 = "/sys/fs/cgroup";

    /// <summary>The period of the limit, in microseconds; the kernel's own default.</summary>
    private const int Period = 100_000;

    private readonly string directory;

    private CpuGroup(string directory) => this.directory = directory;

    /// <summary>Periods in which a process of the group had to wait.</summary>
    public long ThrottledPeriods =>
        long.Parse(File.ReadLines(Path.Combine(directory, "cpu.stat")).Single(l => l.StartsWith("nr_throttled ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>Makes a group; null with the reason where this machine lets us make none.</summary>
    public static CpuGroup? Make(double share, out string objection)
    {
        objection = "";
        var quota = ((int)(Period * share)).ToString(CultureInfo.InvariantCulture);
        var name = $"gateway-test-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}";
        foreach (var (root, file, value) in new[] { (Version2, "cpu.max", $"{quota} {Period}"), (Version1, "cpu.cfs_quota_us", quota) })
        {
            var directory = Path.Combine(root, name);
            try
            {
                if (!File.Exists(Path.Combine(root, "cgroup.procs")))
                {
                    continue;
                }

                Directory.CreateDirectory(directory);
                File.WriteAllText(Path.Combine(directory, file), value);
                return new(directory);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                objection = $"no control group with a limit on CPU can be made: {e.Message}";
                if (Directory.Exists(directory))
                {
                    Directory.Delete(directory);
                }
            }
        }

        objection = objection.Length > 0 ? objection : "no cpu controller of control groups is mounted";
        return null;
    }

    /// <summary>Puts a process under the limit, with all its threads.</summary>
    public void Add(int process) => File.WriteAllText(Path.Combine(directory, "cgroup.procs"), process.ToString(CultureInfo.InvariantCulture));

    /// <summary>Removes the group; what still runs in it goes on without a limit.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (var process in File.ReadAllLines(Path.Combine(directory, "cgroup.procs")))
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(directory)!, "cgroup.procs"), process);
        }

        Directory.Delete(directory);
        return ValueTask.CompletedTask;
    }
}
