namespace Gateway.Low.Send;

/// <summary>What a lane really sent over the last seconds. Counts by the second and tells the last whole ones. From any thread.</summary>
internal sealed class LaneRate
{
    private const int Seconds = 5;

    private readonly Lock gate = new();
    private readonly long[] bits = new long[Seconds + 1];
    private long newest;

    /// <summary>Datagrams left.</summary>
    public void Add(int datagrams, int datagramBytes, TimeSpan now)
    {
        lock (gate)
        {
            MoveTo(now);
            bits[newest % bits.Length] += (long)datagrams * (datagramBytes + LanePacer.FramingBytes) * 8;
        }
    }

    /// <summary>Bits per second of line, the mean of the last five whole seconds.</summary>
    public long BitsPerSecond(TimeSpan now)
    {
        lock (gate)
        {
            MoveTo(now);
            return (bits.Sum() - bits[newest % bits.Length]) / Seconds;
        }
    }

    private void MoveTo(TimeSpan now)
    {
        var second = (long)now.TotalSeconds;
        if (second - newest > bits.Length)
        {
            Array.Clear(bits);
            newest = second;
        }

        while (newest < second)
        {
            bits[++newest % bits.Length] = 0;
        }
    }
}
