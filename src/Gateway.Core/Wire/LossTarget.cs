using System.Globalization;

namespace Gateway.Core.Wire;

/// <summary>
/// The loss that a lane is to survive: datagrams lost at random, and one outage in any group. From it follow k, m and D.
/// <para>
/// Outage. Datagrams leave a super-packet of g at a time (<see cref="SuperPacketDatagrams"/>), on average at the lane's rate, so an outage of T loses at most
/// B = ⌈T ÷ time of a datagram⌉ + g of them in a row. Of B datagrams in a row a block of a group of D has at most b = ⌈B ÷ D⌉.
/// </para>
/// <para>
/// Random loss. The other k + m − b datagrams of the block are lost with probability p each; the block fails where more than m − b of them are:
/// P = Σ (i from m−b+1 to n) C(n,i) pⁱ (1−p)ⁿ⁻ⁱ with n = k + m − b. m is the least for which P ≤ <see cref="BlockFailure"/>. The sum is exact: a normal approximation
/// is wrong by orders of magnitude this far out.
/// </para>
/// <para>
/// Choice. The larger a block, the less parity it needs in proportion, and the more work a byte is; the deeper a group, the less an outage costs, and the more memory and
/// delay. So of all k and D that are possible, those within <see cref="Tolerance"/> of the best k ÷ (k+m) are looked at, and of them the shallowest group with the least
/// parity is taken. D is a multiple of g where one fits, so that a super-packet that is lost whole costs each block one symbol.
/// </para>
/// </summary>
/// <param name="RandomLoss">p: probability that a datagram is lost, 0 to <see cref="MaximumRandomLoss"/>.</param>
/// <param name="Burst">T: length of an outage, 0 to <see cref="MaximumBurst"/>.</param>
public sealed record LossTarget(double RandomLoss, TimeSpan Burst)
{
    /// <summary>Most that a block may fail, each by itself: 4 GiB in blocks of 256 KiB then fail once in 10^9 sendings, 1 TB once in 5 million.</summary>
    public const double BlockFailure = 5e-14;

    /// <summary>Most random loss that can be asked for: beyond it more than half of the line is parity, and sending everything twice is simpler.</summary>
    public const double MaximumRandomLoss = 0.3;

    /// <summary>Share of the best k ÷ (k+m) that is given up for less work and shallower groups.</summary>
    public const double Tolerance = 0.01;

    /// <summary>Most datagrams of one super-packet: UDP_MAX_SEGMENTS of Linux before 6.9.</summary>
    public const int MaximumSuperPacketDatagrams = 64;

    /// <summary>Most UDP payload of one super-packet: with its headers it must stay below 65,536 bytes, or the kernel cuts it in software.</summary>
    public const int MaximumSuperPacketBytes = 65_493;

    /// <summary>Bytes that a datagram occupies on the line besides its UDP payload: UDP 8, IPv4 20, Ethernet 14 and 4, preamble 8, gap 12.</summary>
    public const int LineOverheadBytes = 66;

    /// <summary>Longest outage that can be asked for: no group of <see cref="FecGeometry.MaximumGroupBytes"/> bridges more at any rate worth a lane.</summary>
    public static readonly TimeSpan MaximumBurst = TimeSpan.FromSeconds(10);

    /// <summary>What is survived unless configured: 1 % at random and an outage of 0.1 ms, in which a network card or a queue loses its content once.</summary>
    public static LossTarget Default { get; } = new(0.01, TimeSpan.FromMilliseconds(0.1));

    /// <summary>g: datagrams that leave as one super-packet.</summary>
    public static int SuperPacketDatagrams(int datagramBytes) => Math.Clamp(MaximumSuperPacketBytes / datagramBytes, 1, MaximumSuperPacketDatagrams);

    /// <summary>
    /// The geometry that survives this loss. Refuses with <see cref="RefusalCode.ConfigurationInvalid"/> what no geometry survives, and names the nearest target that one does.
    /// </summary>
    /// <param name="datagramBytes">UDP payload of a datagram, with everything the lane adds to a symbol.</param>
    /// <param name="bitsPerSecond">Rate of the lane in bits per second of line, Ethernet framing included.</param>
    public Outcome<FecGeometry> GeometryFor(int datagramBytes, long bitsPerSecond)
    {
        var symbolBytes = datagramBytes - Datagram.OverheadBytes;
        if (symbolBytes is < FecGeometry.MinimumSymbolBytes or > FecGeometry.MaximumSymbolBytes || bitsPerSecond < 1)
        {
            return Impossible($"datagrams of {datagramBytes} bytes at {bitsPerSecond} bit/s");
        }

        if (RandomLoss is not (>= 0 and <= MaximumRandomLoss) || Burst < TimeSpan.Zero || Burst > MaximumBurst)
        {
            return Impossible($"{this}: at most {MaximumRandomLoss * 100:0.##} % at random and {MaximumBurst.TotalMilliseconds:0} ms can be asked for");
        }

        var search = new GeometrySearch(RandomLoss, SuperPacketDatagrams(datagramBytes), symbolBytes);
        return search.Best(BurstDatagrams(datagramBytes, bitsPerSecond)) is { } geometry ? geometry : Impossible(search, datagramBytes, bitsPerSecond);
    }

    /// <summary>How many parity symbols a block needs that has fewer data symbols than the geometry's k, and is sent on the same lane.</summary>
    public BlockParity ParityOf(FecGeometry geometry, long bitsPerSecond) =>
        new(RandomLoss, Share(BurstDatagrams(geometry.SymbolBytes + Datagram.OverheadBytes, bitsPerSecond), geometry.Interleave), geometry);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{RandomLoss * 100:0.###} % random loss and an outage of {Burst.TotalMilliseconds:0.###} ms");

    internal static int Share(long burstDatagrams, int interleave) => (int)Math.Min(FecGeometry.MaximumSymbols, (burstDatagrams + interleave - 1) / interleave);

    private static long TicksToDatagrams(long ticks, int datagramBytes, long bitsPerSecond) =>
        (long)Math.Ceiling((double)ticks / TimeSpan.TicksPerSecond * bitsPerSecond / (8.0 * (datagramBytes + LineOverheadBytes)));

    private static Refusal Impossible(string what) => new(RefusalCode.ConfigurationInvalid, what);

    private long BurstDatagrams(int datagramBytes, long bitsPerSecond) =>
        Burst == TimeSpan.Zero ? 0 : TicksToDatagrams(Burst.Ticks, datagramBytes, bitsPerSecond) + SuperPacketDatagrams(datagramBytes);

    // What is possible is possible for less, too: the longest outage is found by halving.
    private Refusal Impossible(GeometrySearch search, int datagramBytes, long bitsPerSecond)
    {
        long possible = 0;
        for (var (low, high) = (0L, Burst.Ticks); low <= high;)
        {
            var middle = low + (high - low) / 2;
            if (search.Best((this with { Burst = new(middle) }).BurstDatagrams(datagramBytes, bitsPerSecond)) is null)
            {
                high = middle - 1;
            }
            else
            {
                possible = middle;
                low = middle + 1;
            }
        }

        // Rounded down to what an operator types.
        var nearest = this with { Burst = TimeSpan.FromMilliseconds(Math.Floor(new TimeSpan(possible).TotalMilliseconds * 10) / 10) };
        return Impossible($"{this} at {bitsPerSecond} bit/s: no parity in groups of {FecGeometry.MaximumGroupBytes >> 20} MiB survives it; the nearest that is possible is {nearest}, or a lower rate");
    }
}
