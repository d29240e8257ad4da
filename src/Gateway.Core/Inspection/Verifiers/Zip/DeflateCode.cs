namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>A Huffman code given by the lengths of its symbols (RFC 1951, 3.2.2).</summary>
internal sealed class DeflateCode
{
    /// <summary>No symbol has these bits.</summary>
    public const int Unassigned = -1;

    /// <summary>More bits are needed to tell.</summary>
    public const int Undecided = -2;

    private const int MaximumLength = 15;

    /// <summary>Codes up to this length are looked up; longer ones, which are rare, are searched.</summary>
    private const int LookedUpLength = 10;

    /// <summary>By the next bits: a symbol, with its length above it; zero where it is longer.</summary>
    private readonly ushort[] lookup = new ushort[1 << LookedUpLength];
    private readonly int[] counts = new int[MaximumLength + 1];
    private readonly ushort[] symbols = new ushort[288];

    /// <summary>
    /// False for lengths that zlib refuses: too many codes, or bits without a symbol but for a code of one symbol and one bit, or of none.
    /// </summary>
    public bool Build(ReadOnlySpan<byte> lengths, bool mustBeComplete)
    {
        counts.AsSpan().Clear();
        foreach (var length in lengths)
        {
            counts[length]++;
        }

        var left = 1;
        for (var length = 1; length <= MaximumLength; length++)
        {
            left = (left << 1) - counts[length];
            if (left < 0)
            {
                return false;
            }
        }

        var used = lengths.Length - counts[0];
        if (left > 0 && (mustBeComplete || used > 1 || counts[1] != used))
        {
            return false;
        }

        Fill(lengths);
        return true;
    }

    /// <summary>The symbol that the lowest bits begin with.</summary>
    public int Decode(ulong bits, int available, out int length)
    {
        int entry = lookup[bits & ((1 << LookedUpLength) - 1)];
        length = entry >> 9;
        if (length > 0)
        {
            return length <= available ? entry & 0x1FF : Undecided;
        }

        var (code, first, index) = (0, 0, 0);
        for (length = 1; length <= MaximumLength; length++)
        {
            if (length > available)
            {
                return Undecided;
            }

            code |= (int)(bits & 1);
            bits >>= 1;
            var count = counts[length];
            if (code - first < count)
            {
                return symbols[index + code - first];
            }

            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }

        return Unassigned;
    }

    private void Fill(ReadOnlySpan<byte> lengths)
    {
        Span<int> next = stackalloc int[MaximumLength + 1];
        Span<int> index = stackalloc int[MaximumLength + 1];
        (next[1], index[1]) = (0, 0);
        for (var length = 2; length <= MaximumLength; length++)
        {
            next[length] = (next[length - 1] + counts[length - 1]) << 1;
            index[length] = index[length - 1] + counts[length - 1];
        }

        lookup.AsSpan().Clear();
        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            var length = lengths[symbol];
            if (length == 0)
            {
                continue;
            }

            symbols[index[length]++] = (ushort)symbol;
            var code = next[length]++;
            if (length <= LookedUpLength)
            {
                for (var bits = Reversed(code, length); bits < lookup.Length; bits += 1 << length)
                {
                    lookup[bits] = (ushort)((length << 9) | symbol);
                }
            }
        }
    }

    /// <summary>Codes are packed from their highest bit (RFC 1951, 3.1.1).</summary>
    private static int Reversed(int code, int length)
    {
        var reversed = 0;
        for (var i = 0; i < length; i++)
        {
            reversed |= (code >> i & 1) << (length - 1 - i);
        }

        return reversed;
    }
}
