using System.Net;
using Gateway.Core.Wire;

namespace Gateway.Low.Send;

/// <summary>How one UDP lane is sent.</summary>
public sealed record LaneSenderOptions
{
    /// <summary>Seconds between heartbeats unless configured.</summary>
    public const int DefaultHeartbeatSeconds = 1;

    /// <summary>Copies of the header before the data unless configured.</summary>
    public const int DefaultHeaderRepeats = 3;

    /// <summary>Slowest pace: below it a session header of one block takes longer than the receiver's patience with a silent session.</summary>
    public const long MinimumRateBitsPerSecond = 64_000;

    /// <summary>Most flows of a lane: each has a thread and two groups of its own.</summary>
    public const int MaximumTargets = 8;

    /// <summary>Most times that a lane sends everything.</summary>
    public const int MaximumPasses = 10;

    /// <summary>Id of the lane; both sides use the same.</summary>
    public required string Lane { get; init; }

    /// <summary>Where the datagrams go: ports of the far side of the diode, at most <see cref="MaximumTargets"/>. Groups are dealt among them.</summary>
    public required IReadOnlyList<IPEndPoint> Targets { get; init; }

    /// <summary>The only network interface they may leave by; null where the machine's routes decide.</summary>
    public string? Interface { get; init; }

    /// <summary>Pace of all targets together in bits per second of line, Ethernet framing included. There is no unpaced sending into a diode.</summary>
    public required long RateBitsPerSecond { get; init; }

    /// <summary>How streams are cut.</summary>
    public FecGeometry Geometry { get; init; } = FecGeometry.Default;

    /// <summary>Key of the lane; null where its datagrams are not authenticated.</summary>
    public LaneKey? Key { get; init; }

    /// <summary>Time between heartbeats.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(DefaultHeartbeatSeconds);

    /// <summary>Copies of the header before the data; one more follows in the middle and one at the end.</summary>
    public int HeaderRepeats { get; init; } = DefaultHeaderRepeats;

    /// <summary>Times that the data is sent within a session, at most <see cref="MaximumPasses"/>: for a lane that loses more than parity can mend and that nobody reports for.</summary>
    public int Passes { get; init; } = 1;

    /// <summary>How much parity a packed block needs; null where blocks cross as they are.</summary>
    public BlockParity? PackedParity { get; init; }

    /// <summary>Number of the newest session of earlier runs, for the heartbeat.</summary>
    public ulong LastSession { get; init; }
}
