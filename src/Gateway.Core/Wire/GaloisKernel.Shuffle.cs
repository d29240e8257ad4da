using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gateway.Core.Wire;

/// <content>
/// Kernels that look products up with byte shuffles. Two sources at a time are split into nibbles once and multiplied into the sums of every target, so that memory is read
/// front to back as the prefetcher likes it. The sums lie close together in the first cache whatever the stride of the block is, for a piece of the symbols at a time.
/// Where a symbol's length is no multiple of a step, its last vectors overlap those before them: each has sums of its own, and they come out equal.
/// </content>
internal static unsafe partial class GaloisKernel
{
    // Half of a first cache of 32 KiB: the other half is for sources, those fetched ahead, and factors.
    private const int SumBytes = 16 << 10;

    private const int CacheLine = 64;
    private const int TableBytes = 16;

    /// <summary>Bytes of the symbols whose sums fit, in equal pieces, a multiple of the step.</summary>
    private static int PieceOf(int length, int targets, int step, int sumBytes)
    {
        var pieces = (int)(((long)length * targets - 1) / sumBytes) + 1;
        return Math.Clamp(((length - 1) / pieces / step + 1) * step, step, Math.Max(step, sumBytes / targets / step * step));
    }

    [SkipLocalsInit]
    private static void Shuffle256(in Product product)
    {
        unchecked
        {
            const int step = 2 * 32;
            var room = stackalloc byte[SumBytes + 255 * step + CacheLine];
            var sums = (byte*)((nint)(room + CacheLine - 1) & -CacheLine);
            var zeros = stackalloc byte[2 * TableBytes];
            Vector256<byte>.Zero.Store(zeros);
            var last = product.Length - Vector256<byte>.Count;
            var (piece, targets, factorBytes) = (PieceOf(product.Length, product.Targets, step, SumBytes), product.Targets, product.Rows * 2 * TableBytes);
            var low = Vector256.Create((byte)0x0F);
            for (var begin = 0; begin < product.Length; begin += piece)
            {
                var end = Math.Min(begin + piece, product.Length);
                new Span<byte>(sums, ((end - begin - 1) / step + 1) * step * targets).Clear();
                for (var s = 0; s < product.Sources; s += 2)
                {
                    var paired = s + 1 < product.Sources;
                    var a = product.Source(s);
                    var b = paired ? product.Source(s + 1) : a;
                    var ahead = product.Source(Math.Min(s + 2, product.Sources - 1));
                    var aheadToo = product.Source(Math.Min(s + 3, product.Sources - 1));
                    var aFactors = product.Factors + s * factorBytes;
                    var (bFactors, bNext) = paired ? ((nint)(aFactors + factorBytes), 2 * TableBytes) : ((nint)zeros, 0);
                    var sum = sums;
                    for (var column = begin; column < end; column += step)
                    {
                        var (x, y) = (Math.Min(column, last), Math.Min(column + 32, last));
                        FetchAhead(ahead + column);
                        FetchAhead(aheadToo + column);
                        var (ax, ay, bx, by) = (Vector256.Load(a + x), Vector256.Load(a + y), Vector256.Load(b + x), Vector256.Load(b + y));
                        var (axLow, axHigh) = (ax & low, (ax.AsUInt16() >>> 4).AsByte() & low);
                        var (ayLow, ayHigh) = (ay & low, (ay.AsUInt16() >>> 4).AsByte() & low);
                        var (bxLow, bxHigh) = (bx & low, (bx.AsUInt16() >>> 4).AsByte() & low);
                        var (byLow, byHigh) = (by & low, (by.AsUInt16() >>> 4).AsByte() & low);
                        var (t, u) = ((nint)aFactors, bFactors);
                        for (var target = 0; target < targets; target++)
                        {
                            var (tLow, tHigh) = (Avx2.BroadcastVector128ToVector256((byte*)t), Avx2.BroadcastVector128ToVector256((byte*)t + TableBytes));
                            var (uLow, uHigh) = (Avx2.BroadcastVector128ToVector256((byte*)u), Avx2.BroadcastVector128ToVector256((byte*)u + TableBytes));
                            (Vector256.LoadAligned(sum)
                                ^ (Avx2.Shuffle(tLow, axLow) ^ Avx2.Shuffle(tHigh, axHigh)) ^ (Avx2.Shuffle(uLow, bxLow) ^ Avx2.Shuffle(uHigh, bxHigh))).StoreAligned(sum);
                            (Vector256.LoadAligned(sum + 32)
                                ^ (Avx2.Shuffle(tLow, ayLow) ^ Avx2.Shuffle(tHigh, ayHigh)) ^ (Avx2.Shuffle(uLow, byLow) ^ Avx2.Shuffle(uHigh, byHigh))).StoreAligned(sum + 32);
                            sum += step;
                            t += 2 * TableBytes;
                            u += bNext;
                        }
                    }
                }

                StoreSums256(product, sums, begin, end);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchAhead(byte* at)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(at);
        }
    }

    /// <summary>Copies the sums of a piece, [column][target][64 bytes], to where they belong.</summary>
    private static void StoreSums256(in Product product, byte* sums, int begin, int end)
    {
        unchecked
        {
            var last = product.Length - Vector256<byte>.Count;
            for (var column = begin; column < end; column += 64)
            {
                for (var target = 0; target < product.Targets; target++)
                {
                    Vector256.LoadAligned(sums).Store(product.Target(target) + Math.Min(column, last));
                    Vector256.LoadAligned(sums + 32).Store(product.Target(target) + Math.Min(column + 32, last));
                    sums += 64;
                }
            }
        }
    }

    [SkipLocalsInit]
    private static void Shuffle128(in Product product)
    {
        unchecked
        {
            const int step = 16;
            var sums = stackalloc byte[SumBytes + 255 * step];
            var zeros = stackalloc byte[2 * TableBytes];
            Vector256<byte>.Zero.Store(zeros);
            var last = product.Length - step;
            var (piece, targets, factorBytes) = (PieceOf(product.Length, product.Targets, step, SumBytes), product.Targets, product.Rows * 2 * TableBytes);
            var low = Vector128.Create((byte)0x0F);
            for (var begin = 0; begin < product.Length; begin += piece)
            {
                var end = Math.Min(begin + piece, product.Length);
                new Span<byte>(sums, ((end - begin - 1) / step + 1) * step * targets).Clear();
                for (var s = 0; s < product.Sources; s += 2)
                {
                    var paired = s + 1 < product.Sources;
                    var a = product.Source(s);
                    var b = paired ? product.Source(s + 1) : a;
                    var aFactors = product.Factors + s * factorBytes;
                    var (bFactors, bNext) = paired ? ((nint)(aFactors + factorBytes), 2 * TableBytes) : ((nint)zeros, 0);
                    var sum = sums;
                    for (var column = begin; column < end; column += step)
                    {
                        var x = Math.Min(column, last);
                        var (ax, bx) = (Vector128.Load(a + x), Vector128.Load(b + x));
                        var (aLow, aHigh, bLow, bHigh) = (ax & low, ax >>> 4, bx & low, bx >>> 4);
                        var (t, u) = ((nint)aFactors, bFactors);
                        for (var target = 0; target < targets; target++)
                        {
                            (Vector128.Load(sum)
                                ^ Vector128.ShuffleNative(Vector128.Load((byte*)t), aLow) ^ Vector128.ShuffleNative(Vector128.Load((byte*)t + TableBytes), aHigh)
                                ^ Vector128.ShuffleNative(Vector128.Load((byte*)u), bLow) ^ Vector128.ShuffleNative(Vector128.Load((byte*)u + TableBytes), bHigh)).Store(sum);
                            sum += step;
                            t += 2 * TableBytes;
                            u += bNext;
                        }
                    }
                }

                StoreSums128(product, sums, begin, end);
            }
        }
    }

    private static void StoreSums128(in Product product, byte* sums, int begin, int end)
    {
        unchecked
        {
            var last = product.Length - Vector128<byte>.Count;
            for (var column = begin; column < end; column += Vector128<byte>.Count)
            {
                for (var target = 0; target < product.Targets; target++)
                {
                    Vector128.Load(sums).Store(product.Target(target) + Math.Min(column, last));
                    sums += Vector128<byte>.Count;
                }
            }
        }
    }
}
