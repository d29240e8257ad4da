namespace Gateway.High.Receive;

/// <summary>Runs the lanes until the service stops. One that ends by itself ends the service: half deaf is worse than down.</summary>
public sealed class ReceivingService(IReadOnlyList<ILaneReceiver> lanes) : BackgroundService
{
    public override void Dispose()
    {
        foreach (var lane in lanes)
        {
            lane.Dispose();
        }

        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var running = lanes.Select(lane => lane.RunAsync(together.Token)).ToList();
        var first = await Task.WhenAny(running).ConfigureAwait(false);
        await together.CancelAsync().ConfigureAwait(false);
        await first.ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
    }
}
