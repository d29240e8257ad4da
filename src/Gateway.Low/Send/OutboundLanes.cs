using System.Collections.Frozen;

namespace Gateway.Low.Send;

/// <summary>Starts the lanes with the service, and ends them with it.</summary>
internal sealed class OutboundLanes(FrozenDictionary<string, OutboundLane> lanes) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in lanes.Values)
        {
            lane.Start();
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in lanes.Values)
        {
            await lane.DisposeAsync();
        }
    }
}
