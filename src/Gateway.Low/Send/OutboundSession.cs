using Gateway.Core.Wire;

namespace Gateway.Low.Send;

/// <summary>What is to be sent as one session.</summary>
public sealed record OutboundSession
{
    /// <summary>Weight of a session unless somebody says otherwise: the middle.</summary>
    public const int DefaultPriority = 50;

    /// <summary>What its header says.</summary>
    public required SessionContent Content { get; init; }

    /// <summary>Sessions of the lane before it that were about the same transfer, at most <see cref="SessionHeader.MaximumEarlier"/>: its header names them.</summary>
    public IReadOnlyList<SessionRange> Earlier { get; init; } = [];

    /// <summary>Reads the artifact's byte stream; called by one thread for each flow of the lane.</summary>
    public required ReadBytes Read { get; init; }

    /// <summary>The blocks to send; null for all. The header crosses all the same.</summary>
    public BlockRanges? Only { get; init; }

    /// <summary>The block that the first pass begins with: where an earlier session was cut off.</summary>
    public long FirstBlock { get; init; }

    /// <summary>0 to 100; ten more is twice the share of the lane.</summary>
    public int Priority { get; init; } = DefaultPriority;

    /// <summary>
    /// Told up to which byte of the stream all blocks have left, one call at a time and from any thread; it must return at once. Where a lane sends everything several times, it
    /// begins anew each time.
    /// </summary>
    public Action<long> Progress { get; init; } = static _ => { };
}
