using System.Security.Cryptography;

namespace Gateway.Cli.Imports.Consumers;

/// <summary>How long to wait after a failed attempt: twice as long each time, and never the same for all that failed together.</summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>The wait after an attempt.</summary>
    /// <param name="attempt">From 1.</param>
    /// <param name="chance">From 0 to 1: the wait is between half of its full length and all of it.</param>
    public static TimeSpan After(int attempt, double chance)
    {
        var full = First * Math.Pow(2, Math.Clamp(attempt - 1, 0, 20));
        return (full < Longest ? full : Longest) * ((1 + chance) / 2);
    }

    /// <summary>The wait after an attempt, by chance.</summary>
    public static TimeSpan After(int attempt) => After(attempt, RandomNumberGenerator.GetInt32(1001) / 1000.0);
}
