using System.Buffers.Binary;

namespace Gateway.High.Receive;

/// <summary>
/// Datagrams between the thread that drains the socket and the one that decodes: one writer, one reader, memory allocated once.
/// A datagram lies behind its length, never split: where the end of the memory is too near, the rest is skipped.
/// </summary>
internal sealed class LaneRing : IDisposable
{
    /// <summary>Room that the writer gets for the next datagram: more than the largest (65,507 bytes), so that none is ever cut short.</summary>
    public const int MaximumDatagramBytes = 1 << 16;

    private const int LengthBytes = 4;
    private const int Skip = -1;

    private readonly byte[] bytes;
    private readonly AutoResetEvent arrived = new(false);

    // Positions only grow; their remainder by the capacity is the place. read <= written <= read + capacity.
    private long written;
    private long read;
    private long reserved;
    private bool waiting;

    public LaneRing(int capacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacityBytes, 4 * MaximumDatagramBytes);
        bytes = GC.AllocateArray<byte>(capacityBytes, pinned: true);
    }

    /// <summary>True where more than half of the memory holds datagrams.</summary>
    public bool IsHalfFull => Volatile.Read(ref written) - Volatile.Read(ref read) > bytes.Length / 2;

    /// <summary>Writer: room for one datagram; empty where the reader is too far behind.</summary>
    public Span<byte> Reserve()
    {
        const int Needed = LengthBytes + MaximumDatagramBytes;
        reserved = written;
        var place = (int)(reserved % bytes.Length);
        var toEnd = bytes.Length - place;
        var skipped = toEnd < Needed ? toEnd : 0;
        if (reserved + skipped + Needed > Volatile.Read(ref read) + bytes.Length)
        {
            return [];
        }

        if (skipped > 0)
        {
            if (skipped >= LengthBytes)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(place), Skip);
            }

            reserved += skipped;
            place = 0;
        }

        return bytes.AsSpan(place + LengthBytes, MaximumDatagramBytes);
    }

    /// <summary>Writer: the reserved room holds a datagram of this length.</summary>
    public void Commit(int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan((int)(reserved % bytes.Length)), length);
        Volatile.Write(ref written, reserved + LengthBytes + length);

        // Either this sees the reader waiting, or the reader, which says so before it looks again, sees the datagram.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref waiting))
        {
            arrived.Set();
        }
    }

    /// <summary>Reader: the oldest datagram, valid until <see cref="Release"/>.</summary>
    public bool TryTake(out ReadOnlySpan<byte> datagram)
    {
        while (read < Volatile.Read(ref written))
        {
            var place = (int)(read % bytes.Length);
            var toEnd = bytes.Length - place;
            var length = toEnd < LengthBytes ? Skip : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(place));
            if (length != Skip)
            {
                datagram = bytes.AsSpan(place + LengthBytes, length);
                return true;
            }

            Volatile.Write(ref read, read + toEnd);
        }

        datagram = [];
        return false;
    }

    /// <summary>Reader: done with the datagram that <see cref="TryTake"/> gave.</summary>
    public void Release(int length) => Volatile.Write(ref read, read + LengthBytes + length);

    /// <summary>Reader: waits for a datagram, or until the time is over.</summary>
    public void Wait(TimeSpan most)
    {
        Volatile.Write(ref waiting, true);
        Interlocked.MemoryBarrier();
        if (read == Volatile.Read(ref written))
        {
            arrived.WaitOne(most);
        }

        Volatile.Write(ref waiting, false);
    }

    public void Dispose() => arrived.Dispose();
}
