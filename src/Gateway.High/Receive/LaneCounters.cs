namespace Gateway.High.Receive;

/// <summary>What a lane counts, written by its threads and read by anyone.</summary>
internal sealed class LaneCounters
{
    private long datagrams;
    private long bytes;
    private long dropped;
    private long repaired;
    private long lost;
    private long heartbeatTicks;

    public long Datagrams => Interlocked.Read(ref datagrams);

    public long Bytes => Interlocked.Read(ref bytes);

    public long Dropped => Interlocked.Read(ref dropped);

    public long Repaired => Interlocked.Read(ref repaired);

    public long Lost => Interlocked.Read(ref lost);

    public DateTimeOffset? Heartbeat => Interlocked.Read(ref heartbeatTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void Received(int length)
    {
        Interlocked.Increment(ref datagrams);
        Interlocked.Add(ref bytes, length);
    }

    public void Drop() => Interlocked.Increment(ref dropped);

    public void Repair(long blocks) => Interlocked.Add(ref repaired, blocks);

    public void Lose(long blocks) => Interlocked.Add(ref lost, blocks);

    public void Beat(DateTimeOffset at) => Interlocked.Exchange(ref heartbeatTicks, at.UtcTicks);
}
