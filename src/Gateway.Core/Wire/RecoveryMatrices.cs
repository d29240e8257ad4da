using System.Runtime.CompilerServices;

namespace Gateway.Core.Wire;

/// <summary>
/// Matrices that compute the data symbols that are lacking. A loss pattern repeats where a super-packet is lost whole: every block of its row lacks the same symbol. So the
/// latest are kept, one set for each thread that recovers, in memory that is used again.
/// <para>
/// With y_d = d and x_p = 255 − p, C[p,d] = 1 / (x_p + y_d). Let A be C at the parities that are used and the data that is absent, B the same at the data that is present:
/// parity = A·absent + B·present, so absent = A⁻¹·parity + (A⁻¹·B)·present. Both factors have a closed form. Let z be the y of a data symbol that is present, or the x of a
/// parity symbol that is used; absent symbol i has of it
/// <code>
/// v_i · w(z) / (y_i + z)    v_i  = ∏_k (x_k + y_i) / ∏_{k≠i} (y_k + y_i)
///                           w(z) = ∏_k (z + y_k) / ∏_{k: x_k≠z} (z + x_k)
/// </code>
/// where k counts the absent data and the parities used. For parity that is the inverse of a Cauchy matrix (Knuth, The Art of Computer Programming 1, 1.2.3, exercise 41);
/// for data it follows by partial fractions of ∏_k (z + y_k) / ∏_k (z + x_k).
/// </para>
/// </summary>
internal sealed class RecoveryMatrices
{
    // 64 blocks of a row lack what one super-packet held, and other symbols by chance besides. With the most symbols that can be recovered a matrix takes 0.5 MiB.
    private const int Kept = 32;

    [ThreadStatic]
    private static RecoveryMatrices? ofThisThread;

    private readonly Recovery?[] recoveries = new Recovery?[Kept];

    /// <summary>Those of the calling thread.</summary>
    public static RecoveryMatrices OfThisThread => ofThisThread ??= new();

    /// <summary>How to recover the data of a block that lacks some; null where there is too little parity. Valid until the next call.</summary>
    public Recovery? Of(GaloisWidth width, int dataSymbols, int paritySymbols, in SymbolSet present)
    {
        // The data that is present and as much parity as data is absent: what a matrix depends on.
        var used = new SymbolSet();
        for (var i = 0; i < dataSymbols + paritySymbols && used.Count < dataSymbols; i++)
        {
            if (present.Contains(i))
            {
                used.Add(i);
            }
        }

        if (used.Count < dataSymbols)
        {
            return null;
        }

        ref var recovery = ref recoveries[used.Hash() % Kept];
        if (recovery?.Factors.Width != width)
        {
            recovery = new(width);
        }

        if (!recovery.Is(dataSymbols, used))
        {
            recovery.Become(dataSymbols, used);
        }

        return recovery;
    }

    /// <summary>One matrix with the symbols that it reads and writes.</summary>
    internal sealed class Recovery(GaloisWidth width)
    {
        private readonly byte[] sources = new byte[FecGeometry.MaximumSymbols];
        private readonly byte[] absent = new byte[FecGeometry.MaximumSymbols];
        private SymbolSet used;
        private int dataSymbols;
        private int lost;

        public GaloisFactors Factors { get; } = new(width);

        public ReadOnlySpan<byte> Sources => sources.AsSpan(0, dataSymbols);

        public ReadOnlySpan<byte> Absent => absent.AsSpan(0, lost);

        public bool Is(int ofDataSymbols, in SymbolSet ofUsed) => ofDataSymbols == dataSymbols && used.SetEquals(ofUsed);

        [SkipLocalsInit]
        public void Become(int ofDataSymbols, in SymbolSet ofUsed)
        {
            (dataSymbols, used, lost) = (ofDataSymbols, ofUsed, 0);
            Span<byte> points = stackalloc byte[FecGeometry.MaximumSymbols];
            var count = 0;
            for (var symbol = 0; count < dataSymbols; symbol++)
            {
                if (used.Contains(symbol))
                {
                    sources[count] = (byte)symbol;
                    points[count++] = symbol < dataSymbols ? (byte)symbol : ReedSolomon.PointOf(symbol - dataSymbols);
                }
                else if (symbol < dataSymbols)
                {
                    absent[lost++] = (byte)symbol;
                }
            }

            Fill(points[..dataSymbols]);
        }

        // No factor is 0, so all is done in logarithms, modulo the order of the field.
        [SkipLocalsInit]
        private void Fill(ReadOnlySpan<byte> points)
        {
            Factors.Resize(lost, dataSymbols);
            var parities = points[^lost..];
            Span<int> ratios = stackalloc int[FecGeometry.MaximumSymbols];
            for (var i = 0; i < lost; i++)
            {
                ratios[i] = LogarithmOfRatio(absent[i], above: parities, below: Absent);
            }

            unchecked
            {
                for (var s = 0; s < points.Length; s++)
                {
                    var weight = LogarithmOfRatio(points[s], above: Absent, below: parities);
                    for (var i = 0; i < lost; i++)
                    {
                        var power = (uint)(ratios[i] + weight + GaloisField.Order - GaloisField.Logarithm((byte)(absent[i] ^ points[s])));
                        Factors.Set(i, s, GaloisField.Exponential((int)(power % GaloisField.Order)));
                    }
                }
            }
        }

        // log of ∏ (point + above) / ∏ (point + below), the factor that would be 0 left out.
        private static int LogarithmOfRatio(byte point, ReadOnlySpan<byte> above, ReadOnlySpan<byte> below)
        {
            unchecked
            {
                var power = 0u;
                foreach (var k in above)
                {
                    power += (uint)GaloisField.Logarithm((byte)(point ^ k));
                }

                foreach (var k in below)
                {
                    power += k == point ? 0 : (uint)(GaloisField.Order - GaloisField.Logarithm((byte)(point ^ k)));
                }

                return (int)(power % GaloisField.Order);
            }
        }
    }
}
