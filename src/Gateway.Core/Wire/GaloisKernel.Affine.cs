using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gateway.Core.Wire;

/// <content>
/// Kernels that multiply with one affine transform. With 32 registers of 64 bytes the sums of eight targets over two vectors stay in registers while every source passes by,
/// two at a time, so that one ternary XOR adds both products. With 16 of 32 bytes they do not, and the loops are those of the shuffle kernel.
/// </content>
internal static unsafe partial class GaloisKernel
{
    private const int TargetsAtOnce = 8;

    private static void Affine512<TTransform>(in Product product)
        where TTransform : struct, IAffineTransform
    {
        unchecked
        {
            var last = product.Length - Vector512<byte>.Count;
            for (var column = 0; column < product.Length; column += 2 * Vector512<byte>.Count)
            {
                // The columns' sources stay in the first cache from one set of targets to the next. The last vectors overlap those before them.
                var (x, y) = (Math.Min(column, last), Math.Min(column + Vector512<byte>.Count, last));
                var target = 0;
                for (; target + TargetsAtOnce <= product.Targets; target += TargetsAtOnce)
                {
                    EightTargets<TTransform>(product, target, x, y);
                }

                for (; target < product.Targets; target += 2)
                {
                    TwoTargets<TTransform>(product, target, Math.Min(target + 1, product.Targets - 1), x, y);
                }
            }
        }
    }

    private static void EightTargets<TTransform>(in Product product, int target, int x, int y)
        where TTransform : struct, IAffineTransform
    {
        unchecked
        {
            Vector512<byte> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default;
            Vector512<byte> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default;
            var factors = (ulong*)product.Factors + target;
            for (var s = 0; s < product.Sources; s += 2)
            {
                var a = product.Source(s);
                var (ax, ay) = (Vector512.Load(a + x), Vector512.Load(a + y));
                Vector512<byte> bx = default, by = default;
                var (t, u) = ((nint)factors, (nint)factors);
                if (s + 1 < product.Sources)
                {
                    var b = product.Source(s + 1);
                    (bx, by) = (Vector512.Load(b + x), Vector512.Load(b + y));
                    u = (nint)(factors + product.Rows);
                }

                x0 = Sum<TTransform>(x0, ax, bx, (ulong*)t, (ulong*)u);
                y0 = Sum<TTransform>(y0, ay, by, (ulong*)t, (ulong*)u);
                x1 = Sum<TTransform>(x1, ax, bx, (ulong*)t + 1, (ulong*)u + 1);
                y1 = Sum<TTransform>(y1, ay, by, (ulong*)t + 1, (ulong*)u + 1);
                x2 = Sum<TTransform>(x2, ax, bx, (ulong*)t + 2, (ulong*)u + 2);
                y2 = Sum<TTransform>(y2, ay, by, (ulong*)t + 2, (ulong*)u + 2);
                x3 = Sum<TTransform>(x3, ax, bx, (ulong*)t + 3, (ulong*)u + 3);
                y3 = Sum<TTransform>(y3, ay, by, (ulong*)t + 3, (ulong*)u + 3);
                x4 = Sum<TTransform>(x4, ax, bx, (ulong*)t + 4, (ulong*)u + 4);
                y4 = Sum<TTransform>(y4, ay, by, (ulong*)t + 4, (ulong*)u + 4);
                x5 = Sum<TTransform>(x5, ax, bx, (ulong*)t + 5, (ulong*)u + 5);
                y5 = Sum<TTransform>(y5, ay, by, (ulong*)t + 5, (ulong*)u + 5);
                x6 = Sum<TTransform>(x6, ax, bx, (ulong*)t + 6, (ulong*)u + 6);
                y6 = Sum<TTransform>(y6, ay, by, (ulong*)t + 6, (ulong*)u + 6);
                x7 = Sum<TTransform>(x7, ax, bx, (ulong*)t + 7, (ulong*)u + 7);
                y7 = Sum<TTransform>(y7, ay, by, (ulong*)t + 7, (ulong*)u + 7);
                factors += 2 * product.Rows;
            }

            Store(product.Target(target), x, y, x0, y0);
            Store(product.Target(target + 1), x, y, x1, y1);
            Store(product.Target(target + 2), x, y, x2, y2);
            Store(product.Target(target + 3), x, y, x3, y3);
            Store(product.Target(target + 4), x, y, x4, y4);
            Store(product.Target(target + 5), x, y, x5, y5);
            Store(product.Target(target + 6), x, y, x6, y6);
            Store(product.Target(target + 7), x, y, x7, y7);
        }
    }

    // The two may be one target, computed twice.
    private static void TwoTargets<TTransform>(in Product product, int target, int other, int x, int y)
        where TTransform : struct, IAffineTransform
    {
        unchecked
        {
            Vector512<byte> x0 = default, y0 = default, x1 = default, y1 = default;
            var factors = (ulong*)product.Factors + target;
            var apart = other - target;
            for (var s = 0; s < product.Sources; s += 2)
            {
                var a = product.Source(s);
                var (ax, ay) = (Vector512.Load(a + x), Vector512.Load(a + y));
                Vector512<byte> bx = default, by = default;
                var (t, u) = ((nint)factors, (nint)factors);
                if (s + 1 < product.Sources)
                {
                    var b = product.Source(s + 1);
                    (bx, by) = (Vector512.Load(b + x), Vector512.Load(b + y));
                    u = (nint)(factors + product.Rows);
                }

                x0 = Sum<TTransform>(x0, ax, bx, (ulong*)t, (ulong*)u);
                y0 = Sum<TTransform>(y0, ay, by, (ulong*)t, (ulong*)u);
                x1 = Sum<TTransform>(x1, ax, bx, (ulong*)t + apart, (ulong*)u + apart);
                y1 = Sum<TTransform>(y1, ay, by, (ulong*)t + apart, (ulong*)u + apart);
                factors += 2 * product.Rows;
            }

            Store(product.Target(target), x, y, x0, y0);
            Store(product.Target(other), x, y, x1, y1);
        }
    }

    // sum + (what t multiplies by) × a + (what u multiplies by) × b.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Sum<TTransform>(Vector512<byte> sum, Vector512<byte> a, Vector512<byte> b, ulong* t, ulong* u)
        where TTransform : struct, IAffineTransform =>
        ExclusiveOr(sum, TTransform.Transform(a, Vector512.Create(*t).AsByte()), TTransform.Transform(b, Vector512.Create(*u).AsByte()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> ExclusiveOr(Vector512<byte> a, Vector512<byte> b, Vector512<byte> c)
    {
        // The truth table of a XOR b XOR c.
        const byte oddParity = 0x96;
        return Avx512F.IsSupported ? Avx512F.TernaryLogic(a, b, c, oddParity) : a ^ b ^ c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(byte* target, int x, int y, Vector512<byte> atX, Vector512<byte> atY)
    {
        unchecked
        {
            atX.Store(target + x);
            atY.Store(target + y);
        }
    }

    [SkipLocalsInit]
    private static void Affine256<TTransform>(in Product product)
        where TTransform : struct, IAffineTransform
    {
        unchecked
        {
            const int step = 2 * 32;
            var room = stackalloc byte[SumBytes + 255 * step + CacheLine];
            var sums = (byte*)((nint)(room + CacheLine - 1) & -CacheLine);
            var last = product.Length - Vector256<byte>.Count;
            var (piece, targets, factorBytes) = (PieceOf(product, step), product.Targets, product.Rows * sizeof(ulong));
            for (var begin = 0; begin < product.Length; begin += piece)
            {
                var end = Math.Min(begin + piece, product.Length);
                new Span<byte>(sums, ((end - begin - 1) / step + 1) * step * targets).Clear();
                for (var s = 0; s < product.Sources; s += 2)
                {
                    var paired = s + 1 < product.Sources;
                    var a = product.Source(s);
                    var b = product.Source(paired ? s + 1 : s);
                    var ahead = product.Source(Math.Min(s + 2, product.Sources - 1));
                    var aheadToo = product.Source(Math.Min(s + 3, product.Sources - 1));
                    var factors = product.Factors + s * factorBytes;
                    var both = Vector256.Create(paired ? byte.MaxValue : (byte)0);
                    var sum = sums;
                    for (var column = begin; column < end; column += step)
                    {
                        var (x, y) = (Math.Min(column, last), Math.Min(column + 32, last));
                        FetchAhead(ahead + column);
                        FetchAhead(aheadToo + column);
                        var (ax, ay) = (Vector256.Load(a + x), Vector256.Load(a + y));
                        var (bx, by) = (Vector256.Load(b + x) & both, Vector256.Load(b + y) & both);
                        var (t, u) = ((nint)factors, (nint)(paired ? factors + factorBytes : factors));
                        for (var target = 0; target < targets; target++)
                        {
                            var (ofA, ofB) = (Vector256.Create(*(ulong*)t).AsByte(), Vector256.Create(*(ulong*)u).AsByte());
                            (Vector256.LoadAligned(sum) ^ (TTransform.Transform(ax, ofA) ^ TTransform.Transform(bx, ofB))).StoreAligned(sum);
                            (Vector256.LoadAligned(sum + 32) ^ (TTransform.Transform(ay, ofA) ^ TTransform.Transform(by, ofB))).StoreAligned(sum + 32);
                            sum += step;
                            t += sizeof(ulong);
                            u += sizeof(ulong);
                        }
                    }
                }

                StoreSums256(product, sums, begin, end);
            }
        }
    }
}
