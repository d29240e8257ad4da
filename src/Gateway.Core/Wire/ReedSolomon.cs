using System.Runtime.InteropServices;

namespace Gateway.Core.Wire;

/// <summary>
/// Systematic Reed–Solomon over GF(2^8). Parity symbol p is the sum of C[p,d] × data symbol d, where C[p,d] = 1 / ((255 − p) XOR d) is a Cauchy matrix: each of its square
/// submatrices has an inverse, so any k of the k+m symbols give back the data. C does not depend on k: a block with fewer data symbols uses its first columns.
/// </summary>
public static class ReedSolomon
{
    // Rows of the small matrices are padded to this, so that the kernel can multiply matrices too.
    private const int MatrixStride = 256;

    /// <summary>C[parity, data].</summary>
    public static byte Coefficient(int parity, int data) => GaloisField.Inverse((byte)((255 - parity) ^ data));

    /// <summary>Computes the parity of a block.</summary>
    /// <param name="block">The data symbols and, behind them, room for the parity symbols.</param>
    /// <param name="dataSymbols">k of this block.</param>
    /// <param name="paritySymbols">m.</param>
    /// <param name="symbolBytes">Bytes of a symbol, at least <see cref="FecGeometry.MinimumSymbolBytes"/>.</param>
    public static void Encode(Span<byte> block, int dataSymbols, int paritySymbols, int symbolBytes) =>
        Encode(GaloisKernel.Widest, block, symbolBytes, dataSymbols, paritySymbols, symbolBytes);

    /// <summary>Computes the parity of a block whose symbols lie apart, as in a group of datagrams.</summary>
    /// <param name="block">Symbol i begins at i × stride; data first, room for parity behind it. What is between symbols is left alone.</param>
    /// <param name="stride">Bytes from one symbol's beginning to the next one's, at least <paramref name="symbolBytes"/>.</param>
    /// <param name="dataSymbols">k of this block.</param>
    /// <param name="paritySymbols">m.</param>
    /// <param name="symbolBytes">Bytes of a symbol, at least <see cref="FecGeometry.MinimumSymbolBytes"/>.</param>
    public static void Encode(Span<byte> block, int stride, int dataSymbols, int paritySymbols, int symbolBytes) =>
        Encode(GaloisKernel.Widest, block, stride, dataSymbols, paritySymbols, symbolBytes);

    /// <summary>Computes the data symbols that are lacking from any as many parity symbols. False where there are too few, and then nothing is changed.</summary>
    /// <param name="block">The data symbols and, behind them, the parity symbols; what is lacking may hold anything.</param>
    /// <param name="dataSymbols">k of this block.</param>
    /// <param name="paritySymbols">m.</param>
    /// <param name="symbolBytes">Bytes of a symbol.</param>
    /// <param name="present">Which symbols are there, by index.</param>
    public static bool TryRecover(Span<byte> block, int dataSymbols, int paritySymbols, int symbolBytes, in SymbolSet present) =>
        TryRecover(GaloisKernel.Widest, block, symbolBytes, dataSymbols, paritySymbols, symbolBytes, present);

    /// <summary>The same for a block whose symbols lie apart: symbol i begins at i × <paramref name="stride"/>.</summary>
    /// <inheritdoc cref="TryRecover(Span{byte}, int, int, int, in SymbolSet)"/>
    public static bool TryRecover(Span<byte> block, int stride, int dataSymbols, int paritySymbols, int symbolBytes, in SymbolSet present) =>
        TryRecover(GaloisKernel.Widest, block, stride, dataSymbols, paritySymbols, symbolBytes, present);

    internal static void Encode(GaloisWidth width, Span<byte> block, int stride, int dataSymbols, int paritySymbols, int symbolBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, symbolBytes);
        Span<int> offsets = stackalloc int[dataSymbols + paritySymbols];
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = i * stride;
        }

        Span<byte> matrix = stackalloc byte[dataSymbols * paritySymbols];
        for (var parity = 0; parity < paritySymbols; parity++)
        {
            WriteRow(matrix[(parity * dataSymbols)..], parity, dataSymbols);
        }

        GaloisKernel.Combine(width, block, offsets[..dataSymbols], offsets[dataSymbols..], matrix, symbolBytes);
    }

    internal static bool TryRecover(
        GaloisWidth width, Span<byte> block, int stride, int dataSymbols, int paritySymbols, int symbolBytes, in SymbolSet present)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, symbolBytes);
        var absent = new List<int>();
        var parities = new List<int>();
        var sources = new List<int>();
        for (var i = 0; i < dataSymbols; i++)
        {
            (present.Contains(i) ? sources : absent).Add(i);
        }

        for (var p = 0; p < paritySymbols && parities.Count < absent.Count; p++)
        {
            if (present.Contains(dataSymbols + p))
            {
                parities.Add(p);
                sources.Add(dataSymbols + p);
            }
        }

        if (parities.Count < absent.Count)
        {
            return false;
        }

        if (absent.Count > 0)
        {
            var matrix = RecoveryMatrix(width, absent, parities, sources, dataSymbols);
            var from = sources.ConvertAll(s => s * stride);
            var to = absent.ConvertAll(s => s * stride);
            GaloisKernel.Combine(width, block, CollectionsMarshal.AsSpan(from), CollectionsMarshal.AsSpan(to), matrix, symbolBytes);
        }

        return true;
    }

    // With A = C[parities, absent] and B = C[parities, present data]: parity = A·absent + B·present, so absent = A⁻¹·parity + (A⁻¹·B)·present.
    private static byte[] RecoveryMatrix(GaloisWidth width, List<int> absent, List<int> parities, List<int> sources, int dataSymbols)
    {
        var lost = absent.Count;
        var inverse = InverseOf(parities, absent);
        var rows = new byte[2 * lost * MatrixStride];
        Span<int> cauchy = new int[lost];
        Span<int> product = new int[lost];
        for (var i = 0; i < lost; i++)
        {
            cauchy[i] = i * MatrixStride;
            product[i] = (lost + i) * MatrixStride;
            WriteRow(rows.AsSpan(cauchy[i]), parities[i], dataSymbols);
        }

        GaloisKernel.Combine(width, rows, cauchy, product, inverse, MatrixStride);

        var matrix = new byte[lost * sources.Count];
        for (var i = 0; i < lost; i++)
        {
            var row = matrix.AsSpan(i * sources.Count, sources.Count);
            var present = sources.Count - lost;
            for (var s = 0; s < present; s++)
            {
                row[s] = rows[product[i] + sources[s]];
            }

            inverse.AsSpan(i * lost, lost).CopyTo(row[present..]);
        }

        return matrix;
    }

    // The inverse of 1/(x_i + y_j) in closed form (Knuth, The Art of Computer Programming 1, 1.2.3, exercise 41): with
    // u_j = ∏_k (x_j + y_k) / ∏_{k≠j} (x_j + x_k) and v_i = ∏_k (x_k + y_i) / ∏_{k≠i} (y_i + y_k), its element i,j is u_j v_i / (x_j + y_i).
    private static byte[] InverseOf(List<int> parities, List<int> absent)
    {
        var x = parities.ConvertAll(p => (byte)(255 - p));
        var y = absent.ConvertAll(d => (byte)d);
        var u = RatiosOf(x, y);
        var v = RatiosOf(y, x);
        var inverse = new byte[x.Count * x.Count];
        for (var i = 0; i < x.Count; i++)
        {
            for (var j = 0; j < x.Count; j++)
            {
                inverse[i * x.Count + j] = GaloisField.Multiply(GaloisField.Multiply(u[j], v[i]), GaloisField.Inverse((byte)(x[j] ^ y[i])));
            }
        }

        return inverse;
    }

    private static byte[] RatiosOf(List<byte> own, List<byte> other)
    {
        var ratios = new byte[own.Count];
        for (var i = 0; i < own.Count; i++)
        {
            byte above = 1, below = 1;
            for (var k = 0; k < own.Count; k++)
            {
                above = GaloisField.Multiply(above, (byte)(own[i] ^ other[k]));
                below = k == i ? below : GaloisField.Multiply(below, (byte)(own[i] ^ own[k]));
            }

            ratios[i] = GaloisField.Multiply(above, GaloisField.Inverse(below));
        }

        return ratios;
    }

    private static void WriteRow(Span<byte> row, int parity, int dataSymbols)
    {
        for (var d = 0; d < dataSymbols; d++)
        {
            row[d] = Coefficient(parity, d);
        }
    }
}
