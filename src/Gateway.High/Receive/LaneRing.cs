using System.Runtime.InteropServices;
using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>What the kernel handed over at once: a datagram, or several of one flow one behind the other.</summary>
/// <param name="Place">Where it begins in the ring's memory.</param>
/// <param name="Length">Bytes.</param>
/// <param name="SegmentBytes">Bytes of each datagram in it; the last one may be shorter.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Aggregate(int Place, int Length, int SegmentBytes);

/// <summary>
/// Datagrams between the thread that drains a socket and the one that decodes: one writer, one reader, memory allocated once. The writer gets a window in which it may
/// lay aggregates as it likes, in ascending order; the end of the memory is never crossed.
/// </summary>
internal sealed class LaneRing
{
    // Datagrams of a byte would fill this before the memory; what is useful fills the memory first.
    private const int MaximumAggregates = 1 << 15;

    private readonly Aggregate[] aggregates = new Aggregate[MaximumAggregates];
    private readonly Doorbell doorbell;

    // Counts and positions only grow; their remainder is the place. The reader owns consumed and released, the writer the others.
    private long laid;
    private long published;
    private long consumed;
    private long window;
    private long written;
    private long released;

    /// <param name="capacityBytes">Bytes of memory.</param>
    /// <param name="windowBytes">Bytes that the writer is given at a time.</param>
    /// <param name="doorbell">Wakes the reader.</param>
    public LaneRing(int capacityBytes, int windowBytes, Doorbell doorbell)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacityBytes, 2L * windowBytes);
        (WindowBytes, this.doorbell) = (windowBytes, doorbell);
        Memory = LargePages.AllocatePinned(capacityBytes);
    }

    /// <summary>The memory; it never moves.</summary>
    public byte[] Memory { get; }

    /// <summary>Bytes that the writer is given at a time.</summary>
    public int WindowBytes { get; }

    /// <summary>True where datagrams hold more than three quarters of the memory.</summary>
    public bool IsNearlyFull => Volatile.Read(ref written) - Volatile.Read(ref released) > Memory.Length / 4 * 3L;

    /// <summary>True where the reader has taken everything.</summary>
    public bool IsEmpty => Volatile.Read(ref published) == Volatile.Read(ref consumed);

    /// <summary>Writer: where the window begins; false where the reader is too far behind.</summary>
    /// <param name="place">Its place in <see cref="Memory"/>.</param>
    /// <param name="most">Aggregates that may be laid in it.</param>
    public bool TryReserve(out int place, out int most)
    {
        var at = (int)(written % Memory.Length);
        var toEnd = Memory.Length - at;

        // Where the reader has caught up, the window begins again in the memory that the processor's caches still hold. Not before a whole window lies behind: places tell
        // the reader how far the memory was used, so what is skipped has to end below where it began.
        window = toEnd < WindowBytes || (at > WindowBytes && Volatile.Read(ref released) == written) ? written + toEnd : written;
        place = (int)(window % Memory.Length);
        most = MaximumAggregates - (int)(laid - Volatile.Read(ref consumed));
        return most > 0 && window + WindowBytes <= Volatile.Read(ref released) + Memory.Length;
    }

    /// <summary>Writer: an aggregate lies in the window, behind those laid before it. The reader sees it after <see cref="Publish"/>.</summary>
    public void Lay(in Aggregate aggregate)
    {
        aggregates[laid % MaximumAggregates] = aggregate;
        laid++;
        Volatile.Write(ref written, window + (aggregate.Place + aggregate.Length - (window % Memory.Length)));
    }

    /// <summary>Writer: gives the reader what was laid.</summary>
    public void Publish()
    {
        Volatile.Write(ref published, laid);
        doorbell.Ring();
    }

    /// <summary>Reader: the oldest aggregate, valid until <see cref="Release"/>.</summary>
    public bool TryTake(out Aggregate aggregate)
    {
        aggregate = default;
        if (consumed == Volatile.Read(ref published))
        {
            return false;
        }

        aggregate = aggregates[consumed % MaximumAggregates];
        return true;
    }

    /// <summary>Reader: done with the aggregate that <see cref="TryTake"/> gave.</summary>
    public void Release(in Aggregate aggregate)
    {
        // The place tells how far the memory was used: what was skipped at its end is free with it.
        var at = (int)(released % Memory.Length);
        var end = aggregate.Place + aggregate.Length;
        Volatile.Write(ref released, released + (end - at) + (end < at ? Memory.Length : 0));
        Volatile.Write(ref consumed, consumed + 1);
    }
}
