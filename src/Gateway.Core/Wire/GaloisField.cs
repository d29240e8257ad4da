namespace Gateway.Core.Wire;

/// <summary>GF(2^8) with the polynomial x^8+x^4+x^3+x^2+1 (0x11D) and generator 2. Addition is XOR.</summary>
internal static class GaloisField
{
    /// <summary>Elements besides 0: the powers of the generator repeat after so many.</summary>
    public const int Order = 255;

    private const int Polynomial = 0x11D;

    private static readonly byte[] Exponentials = new byte[2 * Order];
    private static readonly byte[] Logarithms = new byte[Order + 1];

    static GaloisField()
    {
        var value = 1;
        for (var i = 0; i < Order; i++)
        {
            Exponentials[i] = Exponentials[i + Order] = (byte)value;
            Logarithms[value] = (byte)i;
            value <<= 1;
            value = value > Order ? value ^ Polynomial : value;
        }
    }

    public static byte Multiply(byte a, byte b) => a == 0 || b == 0 ? (byte)0 : Exponentials[Logarithms[a] + Logarithms[b]];

    /// <summary>Throws for 0, which has no inverse: a bug.</summary>
    public static byte Inverse(byte a) => a == 0 ? throw new DivideByZeroException() : Exponentials[Order - Logarithms[a]];

    /// <summary>The power of 2 that is this element, 0 to 254. Throws for 0, which is none: a bug.</summary>
    public static int Logarithm(byte a) => a == 0 ? throw new DivideByZeroException() : Logarithms[a];

    /// <summary>2 to a power of 0 to 508.</summary>
    public static byte Exponential(int power) => Exponentials[power];
}
