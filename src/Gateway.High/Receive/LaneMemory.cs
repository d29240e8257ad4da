namespace Gateway.High.Receive;

/// <summary>
/// How the memory of one lane is divided. Of what is left beside the socket's receive buffer, which the kernel holds:
/// <code>
/// 2/12  ring      datagrams between socket and decoder
/// 7/12  blocks    blocks being put together or waiting for the disk, and headers that are whole or not yet; headers take three quarters of it at most
/// 1/12  headers'  blocks of headers, kept apart because nobody vouches for them yet
/// 2/12  rest      bitmaps, matrices, buffers of the runtime
/// </code>
/// Each part is a hard bound: what it cannot hold is dropped as whole blocks, and counted.
/// </summary>
/// <param name="RingBytes">Datagrams between socket and decoder, all addresses together; allocated at once.</param>
/// <param name="BlockBytes">Blocks and headers, all sessions together.</param>
/// <param name="HeaderBlockBytes">Blocks of headers.</param>
public sealed record LaneMemory(int RingBytes, long BlockBytes, long HeaderBlockBytes)
{
    /// <summary>Bytes for a lane unless configured: a group of the largest geometry with room for the next, and a fifth of a second of 5 Gbit/s.</summary>
    public const long DefaultBytes = 256L << 20;

    /// <summary>Fewest bytes for a lane: one group of the default geometry and a ring that holds a burst.</summary>
    public const long MinimumBytes = 64L << 20;

    /// <summary>Most bytes for a lane: minutes of any network card.</summary>
    public const long MaximumBytes = 64L << 30;

    /// <summary>The receive buffer may take one part in this many of a lane's memory.</summary>
    public const int MostForReceiveBuffer = 2;

    private const int Parts = 12;
    private const int RingParts = 2;
    private const int BlockParts = 7;
    private const int HeaderBlockParts = 1;

    /// <summary>Most bytes of headers, whole or not, all sessions together; no header may be longer.</summary>
    public long HeaderBytes => BlockBytes / 4 * 3;

    /// <summary>Divides a lane's memory.</summary>
    /// <param name="memoryBytes">All of it.</param>
    /// <param name="receiveBufferBytes">What of it the kernel holds.</param>
    public static LaneMemory Divide(long memoryBytes, int receiveBufferBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryBytes, MinimumBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(memoryBytes, MaximumBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(receiveBufferBytes, memoryBytes / MostForReceiveBuffer);
        var part = (memoryBytes - receiveBufferBytes) / Parts;

        // One array holds a ring; more than a gigabyte of it bridges no stall that the blocks would not be lost in anyway.
        return new((int)Math.Min(RingParts * part, 1 << 30), BlockParts * part, HeaderBlockParts * part);
    }
}
