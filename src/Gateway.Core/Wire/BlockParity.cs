namespace Gateway.Core.Wire;

/// <summary>
/// Parity symbols for blocks of every size on one lane: what <see cref="LossTarget"/> asks for full blocks, asked for those that have fewer data symbols. Immutable.
/// A shortened block in a group of longer ones is safe by itself; rows in which few blocks still take part share an outage among fewer.
/// </summary>
public sealed class BlockParity
{
    // ln(n!) for every n that a block can have.
    private static readonly double[] LogFactorials = BuildLogFactorials();

    private readonly byte[] byDataSymbols;

    internal BlockParity(double randomLoss, int share, FecGeometry geometry)
    {
        byDataSymbols = new byte[geometry.DataSymbols + 1];
        var paritySymbols = 1;
        for (var k = 1; k <= geometry.DataSymbols; k++)
        {
            paritySymbols = Least(k, share, randomLoss, atLeast: paritySymbols);
            byDataSymbols[k] = (byte)Math.Min(geometry.ParitySymbols, paritySymbols);
        }
    }

    /// <summary>As many for a shortened block as for a full one.</summary>
    public static BlockParity OfFullBlocks(FecGeometry geometry) => new(randomLoss: 0, geometry.ParitySymbols, geometry);

    /// <summary>Parity symbols to send with so many data symbols, 1 to the geometry's k; never more than the geometry's m.</summary>
    public int For(int dataSymbols) => byDataSymbols[dataSymbols];

    /// <summary>Least parity with which a block of k that loses <paramref name="share"/> symbols anyway fails by more random loss rarely enough; it grows with k.</summary>
    internal static int Least(int dataSymbols, int share, double randomLoss, int atLeast)
    {
        var paritySymbols = Math.Max(share, atLeast);
        while (dataSymbols + paritySymbols <= FecGeometry.MaximumSymbols
            && Tail(dataSymbols + paritySymbols - share, paritySymbols - share, randomLoss) > LossTarget.BlockFailure)
        {
            paritySymbols++;
        }

        return paritySymbols;
    }

    /// <summary>Probability that more than <paramref name="most"/> of n are lost, each with probability p. The first term in logarithms, as n! overflows; the others from it.</summary>
    internal static double Tail(int n, int most, double p)
    {
        if (p == 0 || most >= n)
        {
            return 0;
        }

        var lost = most + 1;
        var term = Math.Exp(LogFactorials[n] - LogFactorials[lost] - LogFactorials[n - lost] + lost * Math.Log(p) + (n - lost) * Math.Log(1 - p));
        var sum = term;
        for (; lost < n; lost++)
        {
            term *= (n - lost) * p / ((lost + 1) * (1 - p));
            sum += term;
        }

        return sum;
    }

    private static double[] BuildLogFactorials()
    {
        var logs = new double[FecGeometry.MaximumSymbols + 1];
        for (var n = 2; n < logs.Length; n++)
        {
            logs[n] = logs[n - 1] + Math.Log(n);
        }

        return logs;
    }
}
