using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media.Jpeg;

/// <summary>Quantization and Huffman tables (T.81, B.2.4): which are there, and whether each is well formed.</summary>
internal sealed class JpegTables
{
    private const int CodeLengths = 16;

    private readonly bool[] quantization = new bool[4];
    private readonly bool[] huffman = new bool[8];

    public bool HasQuantization(int table) => quantization[table];

    public bool HasDc(int table) => huffman[table];

    public bool HasAc(int table) => huffman[4 + table];

    /// <summary>Reads a DQT segment; false where it is malformed.</summary>
    public bool Quantize(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return false;
        }

        while (!data.IsEmpty)
        {
            var (precision, table) = (data[0] >> 4, data[0] & 0xF);
            var bytes = precision == 0 ? 64 : 128;
            if (precision > 1 || table > 3 || data.Length <= bytes)
            {
                return false;
            }

            for (var i = 1; i <= bytes; i += precision + 1)
            {
                if ((precision == 0 ? data[i] : BinaryPrimitives.ReadUInt16BigEndian(data[i..])) == 0)
                {
                    return false;
                }
            }

            quantization[table] = true;
            data = data[(1 + bytes)..];
        }

        return true;
    }

    /// <summary>Reads a DHT segment; false where it is malformed.</summary>
    public bool Code(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return false;
        }

        while (!data.IsEmpty)
        {
            var (kind, table) = (data[0] >> 4, data[0] & 0xF);
            if (kind > 1 || table > 3 || data.Length < 1 + CodeLengths)
            {
                return false;
            }

            var codes = 0;
            var space = 0;
            for (var length = 1; length <= CodeLengths; length++)
            {
                codes += data[length];
                space += data[length] << (CodeLengths - length);
            }

            // No code is all ones (T.81, C.2), so the space of codes is never full.
            data = data[(1 + CodeLengths)..];
            if (codes is 0 or > 256 || space >= 1 << CodeLengths || codes > data.Length || !AreSymbols(data[..codes], kind == 0))
            {
                return false;
            }

            huffman[(4 * kind) + table] = true;
            data = data[codes..];
        }

        return true;
    }

    /// <summary>Each once; a DC difference has at most 11 bits.</summary>
    private static bool AreSymbols(ReadOnlySpan<byte> symbols, bool isDc)
    {
        Span<bool> seen = stackalloc bool[256];
        seen.Clear();
        foreach (var symbol in symbols)
        {
            if (seen[symbol] || (isDc && symbol > 11))
            {
                return false;
            }

            seen[symbol] = true;
        }

        return true;
    }
}
