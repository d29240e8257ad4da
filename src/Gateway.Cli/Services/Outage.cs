using Grpc.Core;

namespace Gateway.Cli.Services;

/// <summary>A service that is away for a while: restarted, or not reachable yet. Calls that may be made again wait for it.</summary>
internal static class Outage
{
    /// <summary>Calls without progress before the service counts as unreachable: with the pauses below, about a minute, which a restart with recovery takes.</summary>
    public const int MaximumAttempts = 12;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);

    /// <summary>
    /// True where the connection broke rather than the service answered: a break in the middle of a stream comes as Internal or Cancelled, and only
    /// an answer carries ErrorInfo.
    /// </summary>
    public static bool Is(RpcException e) =>
        e.StatusCode == StatusCode.Unavailable
        || (e.StatusCode is StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown && RpcRefusal.Of(e) is null && e.Status.DebugException is not null);

    /// <summary>Makes a call until the service answers; gives up with the last error after <see cref="MaximumAttempts"/>.</summary>
    public static async Task<T> OutlastAsync<T>(Func<Task<T>> call, TimeProvider time, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (RpcException e) when (Is(e) && attempt < MaximumAttempts)
            {
                await PauseAsync(attempt, time, cancel);
            }
        }
    }

    /// <summary>Waits before the next attempt, longer each time.</summary>
    public static Task PauseAsync(int attempt, TimeProvider time, CancellationToken cancel)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(attempt, 10));
        return Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancel);
    }
}
