using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>Has the newest epoch of each key recorded, so that a restart does not open the door to replays of older ones. The lane does not wait for it.</summary>
internal sealed partial class EpochRecord(DatagramGate gate, Func<LaneEpoch, CancellationToken, Task> record, ILogger logger, CancellationToken stopping)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<uint, uint> recorded = gate.Newest.ToDictionary(e => e.KeyId, e => e.Epoch);
    private Task recording = Task.CompletedTask;
    private TimeSpan next;

    /// <summary>Records what is new, one at a time. One thread.</summary>
    public void Update(TimeSpan now)
    {
        if (recorded.Count == 0 || !recording.IsCompleted || now < next)
        {
            return;
        }

        foreach (var newest in gate.Newest)
        {
            if (newest.Epoch > recorded[newest.KeyId])
            {
                next = now + RetryInterval;
                recording = Task.Run(() => RecordAsync(newest), CancellationToken.None);
                return;
            }
        }
    }

    /// <summary>Ends when nothing is being recorded.</summary>
    public Task StopAsync() => recording;

    private async Task RecordAsync(LaneEpoch newest)
    {
        try
        {
            await record(newest, stopping).ConfigureAwait(false);
            recorded[newest.KeyId] = newest.Epoch;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The next start hears of the epoch again.
        }
#pragma warning disable CA1031 // A catalog that fails for a moment must not end the lane; the record is tried again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e, newest.KeyId, newest.Epoch);
        }
    }

    [LoggerMessage(LogLevel.Error, "Epoch {Epoch} of lane key {KeyId:x8} could not be recorded; it is tried again")]
    private partial void LogFailed(Exception exception, uint keyId, uint epoch);
}
