using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>What a lane counts, written by its threads and read by anyone.</summary>
internal sealed class LaneCounters
{
    private readonly long[] faults = new long[(int)DatagramFault.Replayed + 1];
    private readonly long[] parityNeeded = new long[FecGeometry.MaximumSymbols];
    private long datagrams;
    private long bytes;
    private long dropped;
    private long kernelDrops;
    private long repaired;
    private long lost;
    private long crowdedOut;
    private long heartbeatTicks;
    private int paritySymbols;
    private uint keyId;

    public long Datagrams => Interlocked.Read(ref datagrams);

    public long Bytes => Interlocked.Read(ref bytes);

    public long Dropped => Interlocked.Read(ref dropped);

    public long KernelDrops => Interlocked.Read(ref kernelDrops);

    public long Repaired => Interlocked.Read(ref repaired);

    public long Lost => Interlocked.Read(ref lost);

    public long CrowdedOut => Interlocked.Read(ref crowdedOut);

    public DateTimeOffset? Heartbeat => Interlocked.Read(ref heartbeatTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Parity symbols that the newest block came with.</summary>
    public int ParitySymbols => Volatile.Read(ref paritySymbols);

    /// <summary>Id of the key that the newest datagram came under.</summary>
    public uint KeyId => Volatile.Read(ref keyId);

    /// <summary>Blocks by how many symbols of parity they needed, up to the most that any could have used.</summary>
    public IReadOnlyList<long> ParityNeeded()
    {
        var last = Math.Max(ParitySymbols, Array.FindLastIndex(parityNeeded, count => count > 0));
        return Array.TrueForAll(parityNeeded, count => count == 0) ? [] : parityNeeded[..(last + 1)];
    }

    /// <summary>Datagrams turned away for this reason.</summary>
    public long Faults(DatagramFault fault) => Interlocked.Read(ref faults[(int)fault]);

    /// <summary>By the lane's decoding thread only: an interlocked addition would wait for every copy of a symbol that is still on its way to memory.</summary>
    public void Received(int count, int length)
    {
        Volatile.Write(ref datagrams, datagrams + count);
        Volatile.Write(ref bytes, bytes + length);
    }

    public void Fault(DatagramFault fault)
    {
        Interlocked.Increment(ref faults[(int)fault]);
        Drop();
    }

    public void Drop() => Interlocked.Increment(ref dropped);

    public void KernelDrop(uint count) => Interlocked.Add(ref kernelDrops, count);

    public void CameUnder(uint key)
    {
        if (key != keyId)
        {
            Volatile.Write(ref keyId, key);
        }
    }

    /// <summary>A block is whole.</summary>
    /// <param name="needed">Symbols of parity that it needed.</param>
    /// <param name="symbols">Symbols of parity that it had.</param>
    public void Whole(int needed, int symbols)
    {
        Interlocked.Increment(ref parityNeeded[needed]);
        Interlocked.Add(ref repaired, needed > 0 ? 1 : 0);
        Volatile.Write(ref paritySymbols, symbols);
    }

    /// <summary>Blocks were lost; less than none where a later pass brought them.</summary>
    public void Lose(long blocks) => Interlocked.Add(ref lost, blocks);

    /// <summary>Blocks were lost because memory was spent.</summary>
    public void CrowdOut(long blocks) => Interlocked.Add(ref crowdedOut, blocks);

    public void Beat(DateTimeOffset at) => Interlocked.Exchange(ref heartbeatTicks, at.UtcTicks);
}
