namespace Gateway.Core.Wire;

/// <summary>A lane as one side sees it at one moment; the fields of <c>gateway.v1.Lane</c>. Counts are since the service started.</summary>
public sealed record LaneStatus
{
    /// <summary>Id of the lane.</summary>
    public required string Lane { get; init; }

    /// <summary>Newest session begun (low) or heard of (high); 0 where there is none.</summary>
    public ulong LastSession { get; init; }

    /// <summary>Datagrams sent (low) or received (high).</summary>
    public long Datagrams { get; init; }

    /// <summary>Bytes of those datagrams, without the headers of the network below.</summary>
    public long Bytes { get; init; }

    /// <summary>Datagrams received and not used: malformed, foreign, duplicate, before a header, or more than memory held. High side only.</summary>
    public long DroppedDatagrams { get; init; }

    /// <summary>Blocks that needed parity to be whole. High side only.</summary>
    public long RepairedBlocks { get; init; }

    /// <summary>Blocks that were not whole in the end. High side only.</summary>
    public long LostBlocks { get; init; }

    /// <summary>Sessions announced or skipped of which no header arrived, oldest first, at most <see cref="SessionGaps.MaximumListed"/>. High side only.</summary>
    public IReadOnlyList<ulong> MissingSessions { get; init; } = [];

    /// <summary>When the newest heartbeat was sent (low) or received (high).</summary>
    public DateTimeOffset? HeartbeatTime { get; init; }

    /// <summary>Sessions that wait for the lane. Low side only.</summary>
    public int QueuedSessions { get; init; }

    /// <summary>Pace, in bits per second of line. Low side only.</summary>
    public long RateBitsPerSecond { get; init; }

    /// <summary>Bytes of socket receive buffer that the kernel granted; less than asked for means that <c>net.core.rmem_max</c> is low. High side only.</summary>
    public int ReceiveBufferBytes { get; init; }
}
