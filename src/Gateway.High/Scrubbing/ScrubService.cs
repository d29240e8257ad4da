using System.Threading.Channels;

namespace Gateway.High.Scrubbing;

/// <summary>Hashes what is due, all the time that the service runs.</summary>
public sealed partial class ScrubService(Scrubber scrubber, TimeProvider time, ILogger<ScrubService> logger) : BackgroundService
{
    /// <summary>Time between two looks at what is due; intervals are days.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly Channel<bool> rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Looks now: more is due than before.</summary>
    public void Ring() => rung.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                while (await scrubber.ScrubNextAsync(stoppingToken).ConfigureAwait(false))
                {
                    // The next one.
                }
            }
#pragma warning disable CA1031 // A disk that fails in one place must not end the looking at others; it is tried again.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFailed(logger, e);
            }

            using var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(Task.Delay(Interval, time, over.Token), rung.Reader.WaitToReadAsync(over.Token).AsTask()).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            stoppingToken.ThrowIfCancellationRequested();
            rung.Reader.TryRead(out _);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Published files could not be hashed again; it is tried again later")]
    private static partial void LogFailed(ILogger logger, Exception cause);
}
