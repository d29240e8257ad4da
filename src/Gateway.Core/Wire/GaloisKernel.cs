using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gateway.Core.Wire;

/// <summary>Ways to compute the same sums over GF(2^8).</summary>
internal enum GaloisWidth
{
    /// <summary>One byte at a time, by table.</summary>
    Scalar,

    /// <summary>16 bytes at a time: SSSE3 or NEON.</summary>
    Vector128,

    /// <summary>32 bytes at a time: AVX2.</summary>
    Vector256,
}

/// <summary>
/// Target rows := matrix × source rows, over rows of one buffer. A product by a constant is two look-ups in tables of 16, one for each nibble, which a byte shuffle does
/// for a whole vector at once (Plank, Greenan, Miller: "Screaming Fast Galois Field Arithmetic Using Intel SIMD Instructions", FAST 2013).
/// Sums stay in registers until a column is done, so the last, narrower column may overlap the one before it; a target must not be a source.
/// </summary>
internal static unsafe class GaloisKernel
{
    // For each constant: products of the low nibbles twice, of the high nibbles twice, so that both vector widths load what they need.
    private const int TableBytes = 64;
    private const int HighNibbles = 32;
    private const int RowsAtOnce = 4;

    private static readonly byte[] Tables = BuildTables();

    /// <summary>The widest way that this machine has.</summary>
    public static GaloisWidth Widest { get; } = IsSupported(GaloisWidth.Vector256) ? GaloisWidth.Vector256
        : IsSupported(GaloisWidth.Vector128) ? GaloisWidth.Vector128
        : GaloisWidth.Scalar;

    public static bool IsSupported(GaloisWidth width) => width switch
    {
        GaloisWidth.Vector256 => Avx2.IsSupported,
        GaloisWidth.Vector128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };

    /// <param name="width">How.</param>
    /// <param name="buffer">Holds every row.</param>
    /// <param name="sources">Where each source row begins.</param>
    /// <param name="targets">Where each target row begins; disjoint from the sources and each other.</param>
    /// <param name="matrix">A factor for each target and source, target by target.</param>
    /// <param name="length">Bytes of a row, at least <see cref="FecGeometry.MinimumSymbolBytes"/>.</param>
    public static void Combine(
        GaloisWidth width, Span<byte> buffer, ReadOnlySpan<int> sources, ReadOnlySpan<int> targets, ReadOnlySpan<byte> matrix, int length)
    {
        // The vector code below trusts these.
        ArgumentOutOfRangeException.ThrowIfLessThan(length, FecGeometry.MinimumSymbolBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(matrix.Length, sources.Length * targets.Length);
        ThrowIfOutside(buffer.Length - length, sources);
        ThrowIfOutside(buffer.Length - length, targets);

        fixed (byte* rows = buffer, factors = matrix, tables = Tables)
        fixed (int* from = sources, to = targets)
        {
            switch (width)
            {
                case GaloisWidth.Vector256:
                    Combine256(rows, from, sources.Length, to, targets.Length, factors, tables, length);
                    break;
                case GaloisWidth.Vector128:
                    Combine128(rows, from, sources.Length, to, targets.Length, factors, tables, length);
                    break;
                default:
                    CombineScalar(buffer, sources, targets, matrix, length);
                    break;
            }
        }
    }

    private static void ThrowIfOutside(int last, ReadOnlySpan<int> offsets)
    {
        foreach (var offset in offsets)
        {
            if (offset < 0 || offset > last)
            {
                throw new ArgumentOutOfRangeException(nameof(offsets));
            }
        }
    }

    private static void CombineScalar(Span<byte> buffer, ReadOnlySpan<int> sources, ReadOnlySpan<int> targets, ReadOnlySpan<byte> matrix, int length)
    {
        for (var t = 0; t < targets.Length; t++)
        {
            var target = buffer.Slice(targets[t], length);
            target.Clear();
            for (var s = 0; s < sources.Length; s++)
            {
                var source = buffer.Slice(sources[s], length);
                var factor = matrix[t * sources.Length + s];
                for (var i = 0; i < length; i++)
                {
                    target[i] ^= GaloisField.Multiply(factor, source[i]);
                }
            }
        }
    }

    private static void Combine256(byte* rows, int* from, int sources, int* to, int targets, byte* matrix, byte* tables, int length)
    {
        unchecked
        {
            var low = Vector256.Create((byte)0x0F);
            for (var column = 0; column < length; column += Vector256<byte>.Count)
            {
                var at = rows + Math.Min(column, length - Vector256<byte>.Count);
                var row = 0;
                for (; row + RowsAtOnce <= targets; row += RowsAtOnce)
                {
                    Vector256<byte> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
                    var factors = matrix + row * sources;
                    for (var s = 0; s < sources; s++)
                    {
                        var bytes = Vector256.Load(at + from[s]);
                        var lows = bytes & low;
                        var highs = Vector256.ShiftRightLogical(bytes.AsUInt16(), 4).AsByte() & low;
                        sum0 ^= Product256(tables + factors[s] * TableBytes, lows, highs);
                        sum1 ^= Product256(tables + factors[sources + s] * TableBytes, lows, highs);
                        sum2 ^= Product256(tables + factors[2 * sources + s] * TableBytes, lows, highs);
                        sum3 ^= Product256(tables + factors[3 * sources + s] * TableBytes, lows, highs);
                    }

                    sum0.Store(at + to[row]);
                    sum1.Store(at + to[row + 1]);
                    sum2.Store(at + to[row + 2]);
                    sum3.Store(at + to[row + 3]);
                }

                for (; row < targets; row++)
                {
                    Vector256<byte> sum = default;
                    for (var s = 0; s < sources; s++)
                    {
                        var bytes = Vector256.Load(at + from[s]);
                        var highs = Vector256.ShiftRightLogical(bytes.AsUInt16(), 4).AsByte() & low;
                        sum ^= Product256(tables + matrix[row * sources + s] * TableBytes, bytes & low, highs);
                    }

                    sum.Store(at + to[row]);
                }
            }
        }
    }

    private static void Combine128(byte* rows, int* from, int sources, int* to, int targets, byte* matrix, byte* tables, int length)
    {
        unchecked
        {
            var low = Vector128.Create((byte)0x0F);
            for (var column = 0; column < length; column += Vector128<byte>.Count)
            {
                var at = rows + Math.Min(column, length - Vector128<byte>.Count);
                for (var row = 0; row < targets; row++)
                {
                    Vector128<byte> sum = default;
                    for (var s = 0; s < sources; s++)
                    {
                        var bytes = Vector128.Load(at + from[s]);
                        var table = tables + matrix[row * sources + s] * TableBytes;
                        var highs = Vector128.ShiftRightLogical(bytes, 4);
                        sum ^= Vector128.ShuffleNative(Vector128.Load(table), bytes & low)
                            ^ Vector128.ShuffleNative(Vector128.Load(table + HighNibbles), highs);
                    }

                    sum.Store(at + to[row]);
                }
            }
        }
    }

    private static Vector256<byte> Product256(byte* table, Vector256<byte> lows, Vector256<byte> highs) =>
        Avx2.Shuffle(Vector256.Load(table), lows) ^ Avx2.Shuffle(Vector256.Load(table + HighNibbles), highs);

    private static byte[] BuildTables()
    {
        var tables = new byte[256 * TableBytes];
        for (var factor = 0; factor < 256; factor++)
        {
            for (var nibble = 0; nibble < 16; nibble++)
            {
                var at = factor * TableBytes + nibble;
                tables[at] = tables[at + 16] = GaloisField.Multiply((byte)factor, (byte)nibble);
                tables[at + HighNibbles] = tables[at + HighNibbles + 16] = GaloisField.Multiply((byte)factor, (byte)(nibble << 4));
            }
        }

        return tables;
    }
}
