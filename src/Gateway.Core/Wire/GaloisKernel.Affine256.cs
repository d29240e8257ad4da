using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Gateway.Core.Wire;

/// <content>The kernel for 16 registers of 32 bytes, too few for the sums of several targets: its loops are those of the shuffle kernel.</content>
internal static unsafe partial class GaloisKernel
{
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
            var (piece, targets, factorBytes) = (PieceOf(product.Length, product.Targets, step, SumBytes), product.Targets, product.Rows * sizeof(ulong));
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
