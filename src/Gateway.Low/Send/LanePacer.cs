namespace Gateway.Low.Send;

/// <summary>
/// Keeps to a rate by a schedule: each burst moves the time of the next one. It sleeps in whole milliseconds, so what a sleep overshoots is caught up, but only up to
/// <see cref="MostCatchUp"/>: after a longer stall a burst at full speed would drown the receiver that the pace protects.
/// </summary>
internal sealed class LanePacer(long bitsPerSecond, TimeProvider timeProvider)
{
    /// <summary>Bytes of line that a datagram costs beside its payload: UDP 8, IPv4 20, Ethernet 18, preamble 8, gap 12.</summary>
    public const int FramingBytes = 66;

    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostCatchUp = TimeSpan.FromMilliseconds(10);

    private readonly long origin = timeProvider.GetTimestamp();
    private TimeSpan due;

    /// <summary>Waits until a burst may follow the ones before it.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetElapsedTime(origin);
        if (due < now - MostCatchUp)
        {
            due = now - MostCatchUp;
        }
        else if (due - now >= ShortestSleep)
        {
            await Task.Delay(due - now, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A burst was sent.</summary>
    public void Sent(int datagrams, int bytes) => due += TimeSpan.FromSeconds((bytes + (double)datagrams * FramingBytes) * 8 / bitsPerSecond);

    /// <summary>Datagrams in one burst: what a millisecond carries, so that a slow lane is not sent in lumps.</summary>
    public int BurstOf(int datagramBytes) => (int)Math.Clamp(bitsPerSecond / 8_000 / (datagramBytes + FramingBytes), 1, int.MaxValue);
}
