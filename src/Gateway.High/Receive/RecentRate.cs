namespace Gateway.High.Receive;

/// <summary>How fast something grew over the last seconds. Looked at by one thread, asked by any.</summary>
/// <param name="time">The clock.</param>
internal sealed class RecentRate(TimeProvider time)
{
    /// <summary>Seconds that the rate is of.</summary>
    public const int Seconds = 5;

    private readonly (long Timestamp, long Total)[] looks = new (long, long)[Seconds + 1];
    private int count;
    private long perSecond;

    /// <summary>Growth per second, as of the last look.</summary>
    public long PerSecond => Interlocked.Read(ref perSecond);

    /// <summary>Takes the total as it is now; to be called often, and heeded once a second.</summary>
    public void Look(long total)
    {
        var now = time.GetTimestamp();
        if (count > 0 && time.GetElapsedTime(looks[(count - 1) % looks.Length].Timestamp, now) < TimeSpan.FromSeconds(1))
        {
            return;
        }

        if (count > 0)
        {
            var oldest = looks[Math.Max(0, count - Seconds) % looks.Length];
            Interlocked.Exchange(ref perSecond, (long)((total - oldest.Total) / time.GetElapsedTime(oldest.Timestamp, now).TotalSeconds));
        }

        looks[count % looks.Length] = (now, total);
        count++;
    }
}
