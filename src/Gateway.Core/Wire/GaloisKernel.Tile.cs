using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gateway.Core.Wire;

/// <content>
/// A tile: the sums of up to twelve targets over two vectors, which stay in registers while sources pass by two at a time, so that one ternary XOR adds both products.
/// </content>
internal static unsafe partial class GaloisKernel
{
    private const int TileStep = 2 * 64;
    private const int MostPairs = 6;

    /// <summary>Pairs of targets in a tile: a constant to the compiler, which makes a kernel of each width out of the one text.</summary>
    private interface IPairs
    {
        static abstract int Count { get; }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TTransform, TPairs>(in Product product, in Columns columns, int target, byte* sums)
        where TTransform : struct, IAffineTransform
        where TPairs : struct, IPairs
    {
        unchecked
        {
            Vector512<byte> x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default, x8 = default, x9 = default, x10 = default, x11 = default;
            Vector512<byte> y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default, y8 = default, y9 = default, y10 = default, y11 = default;
            var (x0, y0) = (Vector512.LoadAligned(sums), Vector512.LoadAligned(sums + 64));
            var (x1, y1) = (Vector512.LoadAligned(sums + TileStep), Vector512.LoadAligned(sums + TileStep + 64));
            if (TPairs.Count > 1)
            {
                (x2, y2) = (Vector512.LoadAligned(sums + 2 * TileStep), Vector512.LoadAligned(sums + 2 * TileStep + 64));
                (x3, y3) = (Vector512.LoadAligned(sums + 3 * TileStep), Vector512.LoadAligned(sums + 3 * TileStep + 64));
            }

            if (TPairs.Count > 2)
            {
                (x4, y4) = (Vector512.LoadAligned(sums + 4 * TileStep), Vector512.LoadAligned(sums + 4 * TileStep + 64));
                (x5, y5) = (Vector512.LoadAligned(sums + 5 * TileStep), Vector512.LoadAligned(sums + 5 * TileStep + 64));
            }

            if (TPairs.Count > 3)
            {
                (x6, y6) = (Vector512.LoadAligned(sums + 6 * TileStep), Vector512.LoadAligned(sums + 6 * TileStep + 64));
                (x7, y7) = (Vector512.LoadAligned(sums + 7 * TileStep), Vector512.LoadAligned(sums + 7 * TileStep + 64));
            }

            if (TPairs.Count > 4)
            {
                (x8, y8) = (Vector512.LoadAligned(sums + 8 * TileStep), Vector512.LoadAligned(sums + 8 * TileStep + 64));
                (x9, y9) = (Vector512.LoadAligned(sums + 9 * TileStep), Vector512.LoadAligned(sums + 9 * TileStep + 64));
            }

            if (TPairs.Count > 5)
            {
                (x10, y10) = (Vector512.LoadAligned(sums + 10 * TileStep), Vector512.LoadAligned(sums + 10 * TileStep + 64));
                (x11, y11) = (Vector512.LoadAligned(sums + 11 * TileStep), Vector512.LoadAligned(sums + 11 * TileStep + 64));
            }

            var (x, y) = (columns.X, columns.Y);
            var ahead = columns.Ahead;
            var factors = (ulong*)product.Factors + columns.First * product.Rows + target;
            for (var s = columns.First; s < columns.End; s += 2)
            {
                var a = product.Source(s);
                var b = product.Source(Math.Min(s + 1, columns.End - 1));
                var (ax, ay, bx, by) = (Vector512.Load(a + x), Vector512.Load(a + y), Vector512.Load(b + x), Vector512.Load(b + y));
                var t = factors;
                var u = s + 1 < columns.End ? factors + product.Rows : columns.Nothing;
                FetchFar(ahead);
                FetchFar(ahead + CacheLine);
                FetchFar(ahead + 2 * CacheLine);
                FetchFar(ahead + 3 * CacheLine);
                x0 = Sum<TTransform>(x0, ax, bx, t, u);
                y0 = Sum<TTransform>(y0, ay, by, t, u);
                x1 = Sum<TTransform>(x1, ax, bx, t + 1, u + 1);
                y1 = Sum<TTransform>(y1, ay, by, t + 1, u + 1);
                if (TPairs.Count > 1)
                {
                    x2 = Sum<TTransform>(x2, ax, bx, t + 2, u + 2);
                    y2 = Sum<TTransform>(y2, ay, by, t + 2, u + 2);
                    x3 = Sum<TTransform>(x3, ax, bx, t + 3, u + 3);
                    y3 = Sum<TTransform>(y3, ay, by, t + 3, u + 3);
                }

                if (TPairs.Count > 2)
                {
                    x4 = Sum<TTransform>(x4, ax, bx, t + 4, u + 4);
                    y4 = Sum<TTransform>(y4, ay, by, t + 4, u + 4);
                    x5 = Sum<TTransform>(x5, ax, bx, t + 5, u + 5);
                    y5 = Sum<TTransform>(y5, ay, by, t + 5, u + 5);
                }

                if (TPairs.Count > 3)
                {
                    x6 = Sum<TTransform>(x6, ax, bx, t + 6, u + 6);
                    y6 = Sum<TTransform>(y6, ay, by, t + 6, u + 6);
                    x7 = Sum<TTransform>(x7, ax, bx, t + 7, u + 7);
                    y7 = Sum<TTransform>(y7, ay, by, t + 7, u + 7);
                }

                if (TPairs.Count > 4)
                {
                    x8 = Sum<TTransform>(x8, ax, bx, t + 8, u + 8);
                    y8 = Sum<TTransform>(y8, ay, by, t + 8, u + 8);
                    x9 = Sum<TTransform>(x9, ax, bx, t + 9, u + 9);
                    y9 = Sum<TTransform>(y9, ay, by, t + 9, u + 9);
                }

                if (TPairs.Count > 5)
                {
                    x10 = Sum<TTransform>(x10, ax, bx, t + 10, u + 10);
                    y10 = Sum<TTransform>(y10, ay, by, t + 10, u + 10);
                    x11 = Sum<TTransform>(x11, ax, bx, t + 11, u + 11);
                    y11 = Sum<TTransform>(y11, ay, by, t + 11, u + 11);
                }

                factors += 2 * product.Rows;
                ahead += 2 * TileStep;
            }

            Store(sums, x0, y0);
            Store(sums + TileStep, x1, y1);
            if (TPairs.Count > 1)
            {
                Store(sums + 2 * TileStep, x2, y2);
                Store(sums + 3 * TileStep, x3, y3);
            }

            if (TPairs.Count > 2)
            {
                Store(sums + 4 * TileStep, x4, y4);
                Store(sums + 5 * TileStep, x5, y5);
            }

            if (TPairs.Count > 3)
            {
                Store(sums + 6 * TileStep, x6, y6);
                Store(sums + 7 * TileStep, x7, y7);
            }

            if (TPairs.Count > 4)
            {
                Store(sums + 8 * TileStep, x8, y8);
                Store(sums + 9 * TileStep, x9, y9);
            }

            if (TPairs.Count > 5)
            {
                Store(sums + 10 * TileStep, x10, y10);
                Store(sums + 11 * TileStep, x11, y11);
            }
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
    private static void Store(byte* sums, Vector512<byte> x, Vector512<byte> y)
    {
        unchecked
        {
            x.StoreAligned(sums);
            y.StoreAligned(sums + 64);
        }
    }

    // Into the second cache: the first is full of what is computed with now.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchFar(byte* at)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(at);
        }
    }

    /// <summary>What a tile is computed from: some of the sources, two vectors of each.</summary>
    private readonly struct Columns(int first, int end, int x, int y, byte* ahead, ulong* nothing)
    {
        public readonly int First = first;
        public readonly int End = end;
        public readonly int X = x;
        public readonly int Y = y;
        public readonly byte* Ahead = ahead;

        // An odd source out is paired with itself times nothing.
        public readonly ulong* Nothing = nothing;
    }

    private readonly struct One : IPairs
    {
        public static int Count => 1;
    }

    private readonly struct Two : IPairs
    {
        public static int Count => 2;
    }

    private readonly struct Three : IPairs
    {
        public static int Count => 3;
    }

    private readonly struct Four : IPairs
    {
        public static int Count => 4;
    }

    private readonly struct Five : IPairs
    {
        public static int Count => 5;
    }

    private readonly struct Six : IPairs
    {
        public static int Count => 6;
    }
}
