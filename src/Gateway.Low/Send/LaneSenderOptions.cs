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

    /// <summary>Id of the lane; both sides use the same.</summary>
    public required string Lane { get; init; }

    /// <summary>Where the datagrams go: the far side of the diode.</summary>
    public required IPEndPoint Target { get; init; }

    /// <summary>Pace in bits per second of line, Ethernet framing included. There is no unpaced sending into a diode.</summary>
    public required long RateBitsPerSecond { get; init; }

    /// <summary>How streams are cut.</summary>
    public FecGeometry Geometry { get; init; } = FecGeometry.Default;

    /// <summary>Time between heartbeats.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(DefaultHeartbeatSeconds);

    /// <summary>Copies of the header before the data; one more follows in the middle and one at the end.</summary>
    public int HeaderRepeats { get; init; } = DefaultHeaderRepeats;

    /// <summary>Number of the newest session of earlier runs, for the heartbeat.</summary>
    public ulong LastSession { get; init; }
}
