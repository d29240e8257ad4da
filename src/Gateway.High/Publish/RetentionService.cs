namespace Gateway.High.Publish;

/// <summary>Has the rules of retention followed, all the time that the service runs.</summary>
public sealed partial class RetentionService(Retention retention, TimeProvider time, ILogger<RetentionService> logger) : BackgroundService
{
    /// <summary>Time between two looks: versions come in hours, and bytes of revoked ones are kept for days.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await retention.SweepAsync(stoppingToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // A disk that fails in one place must not end the service; it is tried again.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFailed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    [LoggerMessage(1, LogLevel.Error, "Versions could not be retired, or their bytes not be freed; it is tried again later")]
    private static partial void LogFailed(ILogger logger, Exception cause);
}
