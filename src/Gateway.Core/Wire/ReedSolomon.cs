namespace Gateway.Core.Wire;

/// <summary>
/// Systematic Reed–Solomon over GF(2^8). Parity symbol p is the sum of C[p,d] × data symbol d, where C[p,d] = 1 / ((255 − p) XOR d) is a Cauchy matrix: each of its square
/// submatrices has an inverse, so any k of the k+m symbols give back the data. C does not depend on k: a block with fewer data symbols uses its first columns, and one with
/// fewer parity symbols its first rows.
/// </summary>
public static class ReedSolomon
{
    // By the number of parity symbols, each for as many data symbols as a block can have with it. Several threads may build one at once; they build the same.
    private static readonly GaloisFactors?[,] Cauchy = new GaloisFactors?[Enum.GetValues<GaloisWidth>().Length, FecGeometry.MaximumSymbols];

    // The index of each symbol: a block's data symbols are its first, parity those behind.
    private static readonly byte[] Indexes = [.. Enumerable.Range(0, FecGeometry.MaximumSymbols).Select(i => (byte)i)];

    /// <summary>C[parity, data].</summary>
    public static byte Coefficient(int parity, int data) => GaloisField.Inverse((byte)(PointOf(parity) ^ data));

    /// <summary>Computes the parity of a block whose symbols lie one behind the other.</summary>
    /// <inheritdoc cref="Encode(Span{byte}, int, int, int, int)"/>
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

    /// <summary>The element that stands for a parity symbol in the Cauchy matrix; a data symbol's is its index.</summary>
    internal static byte PointOf(int parity) => (byte)(255 - parity);

    internal static void Encode(GaloisWidth width, Span<byte> block, int stride, int dataSymbols, int paritySymbols, int symbolBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dataSymbols + paritySymbols, FecGeometry.MaximumSymbols);
        var factors = Cauchy[(int)width, paritySymbols] ??= CauchyFactors(width, paritySymbols);
        GaloisKernel.Multiply(factors, block, stride, Indexes.AsSpan(0, dataSymbols), Indexes.AsSpan(dataSymbols, paritySymbols), symbolBytes);
    }

    internal static bool TryRecover(
        GaloisWidth width, Span<byte> block, int stride, int dataSymbols, int paritySymbols, int symbolBytes, in SymbolSet present)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dataSymbols + paritySymbols, FecGeometry.MaximumSymbols);
        if (RecoveryMatrices.OfThisThread.Of(width, dataSymbols, paritySymbols, present) is not { } recovery)
        {
            return false;
        }

        GaloisKernel.Multiply(recovery.Factors, block, stride, recovery.Sources, recovery.Absent, symbolBytes);
        return true;
    }

    private static GaloisFactors CauchyFactors(GaloisWidth width, int paritySymbols)
    {
        var factors = new GaloisFactors(width);
        factors.Resize(paritySymbols, FecGeometry.MaximumSymbols - paritySymbols);
        for (var data = 0; data < factors.Sources; data++)
        {
            for (var parity = 0; parity < paritySymbols; parity++)
            {
                factors.Set(parity, data, Coefficient(parity, data));
            }
        }

        return factors;
    }
}
