using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>Receives one lane, from a socket or from files.</summary>
public interface ILaneReceiver : IDisposable
{
    /// <summary>The lane at this moment.</summary>
    LaneStatus Status { get; }

    /// <summary>The key that the newest datagram came under, before that the first configured; null where the lane is not authenticated.</summary>
    LaneKey? KeyInUse { get; }

    /// <summary>Receives until cancelled. A fault in here is a bug and ends the task: the service must stop rather than run deaf. To be called once.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
