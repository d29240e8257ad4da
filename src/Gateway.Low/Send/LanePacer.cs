namespace Gateway.Low.Send;

/// <summary>
/// Keeps to a rate by a schedule: each burst moves the time of the next one. What a stall of the sender left unused is caught up, but only up to <see cref="MostCatchUp"/>
/// and <see cref="MostCatchUpBytes"/>: beyond that a burst at full speed would drown the receiver that the pace protects. After <see cref="Idle"/> without a datagram it begins
/// at a quarter of the rate and rises evenly to all of it over <see cref="WarmUp"/>: the receiver's processor wakes, and its buffers are touched, before the full rate comes.
/// Shared by the flows of a lane; it waits for nobody and knows no clock.
/// </summary>
internal sealed class LanePacer(long bitsPerSecond)
{
    /// <summary>Bytes of line that a datagram costs beside its payload: UDP 8, IPv4 20, Ethernet 18, preamble 8, gap 12.</summary>
    public const int FramingBytes = 66;

    /// <summary>Most bytes of line caught up: what the receive buffer of an unprepared machine holds (net.core.rmem_max is 4 MiB on current kernels).</summary>
    public const long MostCatchUpBytes = 4 << 20;

    /// <summary>Longest time caught up.</summary>
    public static readonly TimeSpan MostCatchUp = TimeSpan.FromMilliseconds(10);

    /// <summary>Time without a datagram after which the lane is cold.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);

    /// <summary>Time in which a cold lane comes to its rate.</summary>
    public static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(50);

    private const double ColdShare = 0.25;

    private readonly Lock gate = new();
    private readonly TimeSpan catchUp = TimeSpan.FromSeconds(Math.Min(MostCatchUp.TotalSeconds, MostCatchUpBytes * 8.0 / bitsPerSecond));

    // Nanoseconds: at 100 Gbit/s a datagram takes 120 of them.
    private double due;
    private double warmingFrom = double.NegativeInfinity;
    private bool began;

    /// <summary>Gives a burst its time, at or before which it may not leave, and moves the time of the next one behind it.</summary>
    /// <param name="datagrams">Datagrams in it.</param>
    /// <param name="datagramBytes">Bytes of each.</param>
    /// <param name="now">Time since any fixed moment.</param>
    public TimeSpan Reserve(int datagrams, int datagramBytes, TimeSpan now)
    {
        lock (gate)
        {
            var present = now.TotalNanoseconds;
            if (!began || present - due > Idle.TotalNanoseconds)
            {
                (began, due, warmingFrom) = (true, present, present);
            }

            var at = Math.Max(due, present - catchUp.TotalNanoseconds);
            var warmth = Math.Clamp((at - warmingFrom) / WarmUp.TotalNanoseconds, 0, 1);
            due = at + NanosecondsOf(datagrams, datagramBytes) / (ColdShare + (1 - ColdShare) * warmth);
            return TimeSpan.FromMicroseconds(at / 1000);
        }
    }

    /// <summary>Time that the line takes for some datagrams at the full rate.</summary>
    public TimeSpan TimeOf(int datagrams, int datagramBytes) => TimeSpan.FromMicroseconds(NanosecondsOf(datagrams, datagramBytes) / 1000);

    /// <summary>Datagrams in one burst: what a millisecond carries, so that a slow lane is not sent in lumps.</summary>
    public int BurstOf(int datagramBytes) => (int)Math.Clamp(bitsPerSecond / 8_000 / (datagramBytes + FramingBytes), 1, int.MaxValue);

    private double NanosecondsOf(int datagrams, int datagramBytes) => (double)datagrams * (datagramBytes + FramingBytes) * 8 / bitsPerSecond * 1e9;
}
