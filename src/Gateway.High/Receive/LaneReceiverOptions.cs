using System.Net;
using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>How one UDP lane is received.</summary>
public sealed record LaneReceiverOptions
{
    /// <summary>Socket receive buffer asked for unless configured: 64 MiB bridge half a second of a busy machine at 1 Gbit/s.</summary>
    public const int DefaultReceiveBufferBytes = 64 << 20;

    /// <summary>Id of the lane; datagrams of another are dropped.</summary>
    public required string Lane { get; init; }

    /// <summary>Addresses and ports to bind, one for each flow. Port 0 takes any free one.</summary>
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>Keys whose datagrams are taken; none where the lane is not authenticated.</summary>
    public IReadOnlyList<LaneKey> Keys { get; init; } = [];

    /// <summary>Newest epochs of earlier runs; datagrams of older ones are replays.</summary>
    public IReadOnlyList<LaneEpoch> Epochs { get; init; } = [];

    /// <summary>Records that a key's epoch advanced, durably. Called one at a time; called again with the newest where it throws.</summary>
    public Func<LaneEpoch, CancellationToken, Task> RecordEpoch { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Socket receive buffer to ask the kernel for, in bytes, all addresses together.</summary>
    public int ReceiveBufferBytes { get; init; } = DefaultReceiveBufferBytes;

    /// <summary>Bounds of the receiver's memory.</summary>
    public LaneMemory Memory { get; init; } = LaneMemory.Divide(LaneMemory.DefaultBytes, DefaultReceiveBufferBytes);

    /// <summary>Sessions at once, open or still writing their last blocks, and as many headers that are not yet whole.</summary>
    public int MaximumSessions { get; init; } = 8;

    /// <summary>A session that is silent for this long has ended, whether its end mark came or not.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence after the end mark that makes a session end: longer than any reordering, short for those who wait.</summary>
    public TimeSpan EndGrace { get; init; } = TimeSpan.FromMilliseconds(250);
}
