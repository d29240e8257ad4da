using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Gateway.Core.Wire;

/// <summary>
/// A matrix over GF(2^8) as a kernel reads it: for each source, for each row, the factor in the form in which the kernel multiplies by it.
/// <list type="bullet">
/// <item>Scalar: the factor.</item>
/// <item>Vector128, Vector256: its products with 0 … 15 and with 16 × (0 … 15), 16 bytes each, which a byte shuffle looks up for a whole vector at once
/// (Plank, Greenan, Miller: "Screaming Fast Galois Field Arithmetic Using Intel SIMD Instructions", FAST 2013).</item>
/// <item>Affine256, Affine512: the 8×8 bit matrix of the multiplication, as GF2P8AFFINEQB takes it: byte 7 − i has the bits j for which bit i of factor × 2^j is set.</item>
/// </list>
/// </summary>
internal sealed class GaloisFactors(GaloisWidth width)
{
    private const int Nibbles = 16;

    // For each factor, in this form; the vector kernels' tables are copied from here rather than computed.
    private static readonly Vector256<byte>[] NibbleProducts = BuildNibbleProducts();
    private static readonly ulong[] BitMatrices = BuildBitMatrices();

    private byte[] factors = [];

    /// <summary>How it is read.</summary>
    public GaloisWidth Width { get; } = width;

    /// <summary>Targets that it has factors for.</summary>
    public int Rows { get; private set; }

    /// <summary>Sources that it has factors for.</summary>
    public int Sources { get; private set; }

    /// <summary>All of them: those of source s begin at s × <see cref="Rows"/> × <see cref="FactorBytes"/>.</summary>
    public ReadOnlySpan<byte> Bytes => factors.AsSpan(0, Sources * Rows * FactorBytes(Width));

    /// <summary>Bytes of one factor in the form that a width reads.</summary>
    public static int FactorBytes(GaloisWidth width) => width switch
    {
        GaloisWidth.Scalar => 1,
        GaloisWidth.Vector128 or GaloisWidth.Vector256 => 2 * Nibbles,
        _ => sizeof(ulong),
    };

    /// <summary>Makes room for a matrix of other dimensions, whose factors are then to be set; memory is used again where it suffices.</summary>
    public void Resize(int rows, int sources)
    {
        (Rows, Sources) = (rows, sources);

        // Kernels read factors by the pair: behind the last is room for one that nobody asks for.
        var bytes = (rows * sources + 1) * FactorBytes(Width);
        factors = factors.Length < bytes ? new byte[bytes] : factors;
    }

    /// <summary>Sets one factor.</summary>
    public void Set(int row, int source, byte factor)
    {
        var at = source * Rows + row;
        switch (Width)
        {
            case GaloisWidth.Scalar:
                factors[at] = factor;
                break;
            case GaloisWidth.Vector128 or GaloisWidth.Vector256:
                MemoryMarshal.Cast<byte, Vector256<byte>>(factors.AsSpan())[at] = NibbleProducts[factor];
                break;
            default:
                MemoryMarshal.Cast<byte, ulong>(factors.AsSpan())[at] = BitMatrices[factor];
                break;
        }
    }

    private static Vector256<byte>[] BuildNibbleProducts()
    {
        var tables = new Vector256<byte>[256];
        Span<byte> table = stackalloc byte[2 * Nibbles];
        for (var factor = 0; factor < tables.Length; factor++)
        {
            for (var nibble = 0; nibble < Nibbles; nibble++)
            {
                table[nibble] = GaloisField.Multiply((byte)factor, (byte)nibble);
                table[Nibbles + nibble] = GaloisField.Multiply((byte)factor, (byte)(nibble << 4));
            }

            tables[factor] = Vector256.Create<byte>(table);
        }

        return tables;
    }

    private static ulong[] BuildBitMatrices()
    {
        var matrices = new ulong[256];
        for (var factor = 0; factor < 256; factor++)
        {
            for (var j = 0; j < 8; j++)
            {
                var product = GaloisField.Multiply((byte)factor, (byte)(1 << j));
                for (var i = 0; i < 8; i++)
                {
                    matrices[factor] |= (ulong)(product >> i & 1) << (8 * (7 - i) + j);
                }
            }
        }

        return matrices;
    }
}
