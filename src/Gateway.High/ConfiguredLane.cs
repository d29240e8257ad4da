using Gateway.Core;
using Gateway.Core.Wire;
using Gateway.High.Receive;
using Gateway.Storage.High;

namespace Gateway.High;

/// <summary>A lane as configured, with what it needs of keys and catalog, before anything is bound.</summary>
/// <param name="Id">Id of the lane.</param>
/// <param name="Open">Begins to listen; throws <see cref="System.Net.Sockets.SocketException"/> where an address cannot be bound.</param>
internal sealed record ConfiguredLane(string Id, Func<OpenSession, IServiceProvider, ILaneReceiver> Open)
{
    /// <summary>Reads the keys of all lanes. Refuses with <see cref="RefusalCode.KeyInvalid"/>.</summary>
    public static async Task<Outcome<ConfiguredLane[]>> ReadAsync(HighConfiguration configuration, HighCatalog catalog, CancellationToken cancellationToken)
    {
        var lanes = new List<ConfiguredLane>();
        foreach (var lane in configuration.Lanes)
        {
            if (!lane.ReadKeys().Succeeded(out var keys, out var refusal))
            {
                return refusal;
            }

            lanes.Add(lane.Kind == LaneStatus.Folder ? Folder(lane, keys) : Udp(lane, keys, await catalog.ListEpochsAsync(lane.Id, cancellationToken), catalog));
        }

        return lanes.ToArray();
    }

    private static ConfiguredLane Udp(HighLaneOptions lane, LaneKey[] keys, IReadOnlyList<LaneEpoch> epochs, HighCatalog catalog)
    {
        var options = new LaneReceiverOptions
        {
            Lane = lane.Id,
            Listen = lane.Addresses,
            Keys = keys,
            Epochs = epochs,
            RecordEpoch = (epoch, token) => catalog.RecordEpochAsync(lane.Id, epoch, token),
            ReceiveBufferBytes = lane.ReceiveBufferBytes,
            Memory = LaneMemory.Divide(lane.MemoryBytes, lane.ReceiveBufferBytes),
        };
        return new(
            lane.Id,
            (open, services) => new LaneReceiver(
                options, open, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<LaneReceiver>>()));
    }

    private static ConfiguredLane Folder(HighLaneOptions lane, LaneKey[] keys)
    {
        var options = new FolderReceiverOptions
        {
            Lane = lane.Id,
            Directory = lane.Directory!,
            Keys = keys,
            Delete = lane.Delete,
            Settle = TimeSpan.FromSeconds(lane.SettleSeconds),
            Patience = TimeSpan.FromSeconds(lane.PatienceSeconds),
            Memory = LaneMemory.Divide(lane.MemoryBytes, 0),
        };
        return new(
            lane.Id,
            (open, services) => new FolderReceiver(
                options, open, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<FolderReceiver>>()));
    }
}
