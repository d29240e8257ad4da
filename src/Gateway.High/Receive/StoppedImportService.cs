namespace Gateway.High.Receive;

/// <summary>Brings the catalog in step, once it can be written again, with imports that stopped receiving while it could not: nobody else would before the next restart.</summary>
public sealed class StoppedImportService(Intake intake, TimeProvider time) : BackgroundService
{
    /// <summary>Time between two tries: soon for whoever has just made room, and nothing where no import waits.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await intake.RecordStoppedAsync(stoppingToken).ConfigureAwait(false);
        }
    }
}
