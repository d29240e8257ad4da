using Gateway.Core.Wire;

namespace Gateway.Storage.High;

/// <summary>What is remembered of lanes.</summary>
public sealed partial class HighCatalog
{
    /// <summary>The newest epoch of each key that a lane ever had.</summary>
    public Task<IReadOnlyList<LaneEpoch>> ListEpochsAsync(string lane, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<LaneEpoch>>(
            reader =>
            [
                .. reader
                    .Query<EpochRow>("SELECT key_id AS KeyId, epoch AS Epoch FROM lane_epochs WHERE lane = @lane ORDER BY key_id", new { lane })
                    .Select(row => new LaneEpoch(checked((uint)row.KeyId), checked((uint)row.Epoch))),
            ],
            cancellationToken);

    /// <summary>Records the newest epoch of a key. An older one than is known changes nothing.</summary>
    public Task RecordEpochAsync(string lane, LaneEpoch epoch, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction =>
            {
                transaction.Execute(
                    """
                    INSERT INTO lane_epochs (lane, key_id, epoch) VALUES (@lane, @keyId, @epoch)
                    ON CONFLICT (lane, key_id) DO UPDATE SET epoch = excluded.epoch WHERE excluded.epoch > lane_epochs.epoch
                    """,
                    new { lane, keyId = (long)epoch.KeyId, epoch = (long)epoch.Epoch });
                return true;
            },
            cancellationToken);

    private sealed class EpochRow
    {
        public long KeyId { get; init; }

        public long Epoch { get; init; }
    }
}
