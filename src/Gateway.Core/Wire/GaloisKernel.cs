using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gateway.Core.Wire;

/// <summary>Target symbols := matrix × source symbols, over symbols of one block. A target must not be a source.</summary>
internal static unsafe partial class GaloisKernel
{
    /// <summary>The fastest way that this machine has.</summary>
    public static GaloisWidth Widest { get; } = Enum.GetValues<GaloisWidth>().Last(IsSupported);

    /// <summary>True where this machine has the instructions.</summary>
    public static bool IsSupported(GaloisWidth width) => width switch
    {
        GaloisWidth.Affine512 => Gfni.V512.IsSupported && Avx512F.IsSupported,
        GaloisWidth.Affine256 => Gfni.V256.IsSupported && Avx2.IsSupported,
        GaloisWidth.Vector256 => Avx2.IsSupported,
        GaloisWidth.Vector128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };

    /// <param name="factors">A factor for each target and source, at least.</param>
    /// <param name="block">Symbol i begins at i × <paramref name="stride"/>.</param>
    /// <param name="stride">Bytes from one symbol to the next.</param>
    /// <param name="sources">The symbols to sum up, by index.</param>
    /// <param name="targets">The symbols to compute; none a source, none twice.</param>
    /// <param name="length">Bytes of a symbol, at least <see cref="FecGeometry.MinimumSymbolBytes"/>.</param>
    public static void Multiply(GaloisFactors factors, Span<byte> block, int stride, ReadOnlySpan<byte> sources, ReadOnlySpan<byte> targets, int length) =>
        Multiply<GfniTransform>(factors, block, stride, sources, targets, length);

    internal static void Multiply<TTransform>(
        GaloisFactors factors, Span<byte> block, int stride, ReadOnlySpan<byte> sources, ReadOnlySpan<byte> targets, int length)
        where TTransform : struct, IAffineTransform
    {
        // The vector code trusts these.
        ArgumentOutOfRangeException.ThrowIfLessThan(length, FecGeometry.MinimumSymbolBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sources.Length, factors.Sources);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(targets.Length, factors.Rows);
        ThrowIfOutside(block.Length - length, stride, sources);
        ThrowIfOutside(block.Length - length, stride, targets);
        if (sources.IsEmpty || targets.IsEmpty)
        {
            return;
        }

        fixed (byte* symbols = block, from = sources, to = targets, matrix = factors.Bytes)
        {
            var product = new Product(symbols, stride, length, from, sources.Length, to, targets.Length, matrix, factors.Rows);
            switch (factors.Width)
            {
                case GaloisWidth.Affine512:
                    Affine512<TTransform>(product);
                    break;
                case GaloisWidth.Affine256:
                    Affine256<TTransform>(product);
                    break;
                case GaloisWidth.Vector256:
                    Shuffle256(product);
                    break;
                case GaloisWidth.Vector128:
                    Shuffle128(product);
                    break;
                default:
                    Scalar(product);
                    break;
            }
        }
    }

    private static void ThrowIfOutside(int last, int stride, ReadOnlySpan<byte> symbols)
    {
        foreach (var symbol in symbols)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(symbol * stride, last, nameof(symbols));
        }
    }

    private static void Scalar(in Product product)
    {
        for (var t = 0; t < product.Targets; t++)
        {
            var target = new Span<byte>(product.Target(t), product.Length);
            target.Clear();
            for (var s = 0; s < product.Sources; s++)
            {
                var source = product.Source(s);
                var factor = product.Factors[s * product.Rows + t];
                for (var i = 0; i < target.Length; i++)
                {
                    target[i] ^= GaloisField.Multiply(factor, source[i]);
                }
            }
        }
    }

    /// <summary>What <see cref="Multiply"/> was called with, checked.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly struct Product(byte* block, nint stride, int length, byte* from, int sources, byte* to, int targets, byte* factors, int rows)
    {
        public readonly int Length = length;
        public readonly int Sources = sources;
        public readonly int Targets = targets;

        // Those of source s begin at s × Rows; rows beyond Targets are not asked for.
        public readonly byte* Factors = factors;
        public readonly int Rows = rows;

        public byte* Source(int source) => unchecked(block + from[source] * stride);

        public byte* Target(int target) => unchecked(block + to[target] * stride);

        /// <summary>Sources, then targets, then the last target for ever: the order in which they are needed.</summary>
        public byte* Symbol(int symbol) => symbol < Sources ? Source(symbol) : Target(Math.Min(symbol - Sources, Targets - 1));
    }
}
