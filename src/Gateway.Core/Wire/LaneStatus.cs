namespace Gateway.Core.Wire;

/// <summary>A lane as one side sees it at one moment; the fields of <c>gateway.v1.Lane</c>. Counts are since the service started.</summary>
public sealed record LaneStatus
{
    /// <summary>Kind of a lane of datagrams.</summary>
    public const string Udp = "udp";

    /// <summary>Kind of a lane of files.</summary>
    public const string Folder = "folder";

    /// <summary>Id of the lane.</summary>
    public required string Lane { get; init; }

    /// <summary>Its kind.</summary>
    public string Kind { get; init; } = Udp;

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

    /// <summary>Times that a block was given up because memory was spent, most often by a disk that stalls. High side only.</summary>
    public long CrowdedOutBlocks { get; init; }

    /// <summary>Bits per second of datagrams that came over the last five seconds, without the headers of the network below. High side only.</summary>
    public long ReceivedBitsPerSecond { get; init; }

    /// <summary>
    /// How many blocks needed how many symbols of parity: the number at index p counts the blocks that p parity symbols made whole, those that needed none at 0. At most
    /// <see cref="FecGeometry.MaximumSymbols"/> numbers; none where nothing was decoded yet. High side only.
    /// </summary>
    public IReadOnlyList<long> ParityNeeded { get; init; } = [];

    /// <summary>Parity symbols that the sender gives a full block (low) or that the newest block came with (high); 0 before the first.</summary>
    public int ParitySymbols { get; init; }

    /// <summary>Numbers that the sender gave to datagrams and that were not seen here, of its present epoch: what the lane lost. High side only.</summary>
    public long MissingDatagrams { get; init; }

    /// <summary>Datagrams that the kernel dropped because the socket's buffer was full: lost here, not on the lane. High side only.</summary>
    public long KernelDrops { get; init; }

    /// <summary>Datagrams that were not of the format. High side only.</summary>
    public long Malformed { get; init; }

    /// <summary>Datagrams of another lane, or under no key of this one. High side only.</summary>
    public long Foreign { get; init; }

    /// <summary>Datagrams whose tag was wrong. High side only.</summary>
    public long Forged { get; init; }

    /// <summary>Datagrams whose number was seen before, or is of an epoch that has passed. High side only.</summary>
    public long Replayed { get; init; }

    /// <summary>Sessions that cross now, oldest first.</summary>
    public IReadOnlyList<LaneSessionStatus> ActiveSessions { get; init; } = [];

    /// <summary>Ids of the lane's keys; none where its datagrams are not authenticated.</summary>
    public IReadOnlyList<uint> KeyIds { get; init; } = [];

    /// <summary>Id of the key that datagrams are sent under (low) or that the newest one came under (high); 0 where there is none.</summary>
    public uint KeyId { get; init; }

    /// <summary>Sessions announced or skipped of which no header arrived, oldest first, at most <see cref="SessionGaps.MaximumListed"/>. High side only.</summary>
    public IReadOnlyList<ulong> MissingSessions { get; init; } = [];

    /// <summary>When the newest heartbeat was sent (low) or received (high).</summary>
    public DateTimeOffset? HeartbeatTime { get; init; }

    /// <summary>Sessions that wait for the lane. Low side only.</summary>
    public int QueuedSessions { get; init; }

    /// <summary>Pace, in bits per second of line. Low side only.</summary>
    public long RateBitsPerSecond { get; init; }

    /// <summary>Bits per second of line that were sent over the last five seconds. Low side only.</summary>
    public long SentBitsPerSecond { get; init; }

    /// <summary>Bytes of streams for each byte that crossed for them, parity aside, since the service started; 1 where nothing was packed. Low side only.</summary>
    public double PackingRatio { get; init; } = 1;

    /// <summary>True where blocks that shrink are packed at present: not where that is not configured, or is slower than the line. Low side only.</summary>
    public bool IsPacking { get; init; }

    /// <summary>Bytes of socket receive buffer that the kernel granted; less than asked for means that <c>net.core.rmem_max</c> is low. High side only.</summary>
    public int ReceiveBufferBytes { get; init; }
}

/// <summary>One session that crosses.</summary>
/// <param name="Session">Its number on the lane.</param>
/// <param name="TransferId">The transfer; 32 lower-case hex digits.</param>
/// <param name="Blocks">Blocks that it brings.</param>
/// <param name="DoneBlocks">Those of them that were sent (low) or are safe (high).</param>
/// <param name="Priority">1 to 100; higher gets more of the lane. 0 on the high side, which does not know it.</param>
public sealed record LaneSessionStatus(ulong Session, string TransferId, long Blocks, long DoneBlocks, int Priority = 0);
