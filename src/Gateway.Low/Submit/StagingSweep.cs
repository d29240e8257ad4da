namespace Gateway.Low.Submit;

/// <summary>Sweeps staging at start and from time to time.</summary>
internal sealed class StagingSweep(Staging staging, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Staging.SweepInterval, time);
        do
        {
            await staging.SweepAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
