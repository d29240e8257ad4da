using System.Net;

namespace Gateway.High.Receive;

/// <summary>How one UDP lane is received. The limits together bound the receiver's memory.</summary>
public sealed record LaneReceiverOptions
{
    /// <summary>Socket receive buffer asked for unless configured: 64 MiB bridge half a second of a busy machine at 1 Gbit/s.</summary>
    public const int DefaultReceiveBufferBytes = 64 << 20;

    /// <summary>Id of the lane; datagrams of another are dropped.</summary>
    public required string Lane { get; init; }

    /// <summary>Address and port to bind. Port 0 takes any free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Socket receive buffer to ask the kernel for, in bytes.</summary>
    public int ReceiveBufferBytes { get; init; } = DefaultReceiveBufferBytes;

    /// <summary>Datagrams between socket and decoder, in bytes, allocated at once: 16 MiB are 130 ms at 1 Gbit/s.</summary>
    public int RingBytes { get; init; } = 16 << 20;

    /// <summary>Blocks that are being put together or wait for the disk, in bytes: one group of the largest geometry and half of the next.</summary>
    public long BlockBytes { get; init; } = 96L << 20;

    /// <summary>Headers that are not yet whole, in bytes, all sessions together: the largest header and room for small ones beside it.</summary>
    public long HeaderBytes { get; init; } = 136L << 20;

    /// <summary>Headers that are whole and not yet judged, in bytes, all sessions together: the largest one twice, so that one can wait while another is judged.</summary>
    public long HeldHeaderBytes { get; init; } = 256L << 20;

    /// <summary>Sessions at once, open or still writing their last blocks, and as many headers that are not yet whole.</summary>
    public int MaximumSessions { get; init; } = 8;

    /// <summary>A session that is silent for this long has ended, whether its end mark came or not.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence after the end mark that makes a session end: longer than any reordering, short for those who wait.</summary>
    public TimeSpan EndGrace { get; init; } = TimeSpan.FromMilliseconds(250);
}
