using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>
/// Follows a deflate stream without inflating it and refuses what decoders answer differently (RFC 1951): codes that are incomplete, distances
/// to before the first byte, bits that nothing reads, bytes behind the end. SharpZipLib's inflater reads all of these as something, zlib as
/// an error; so it sees only streams that this has passed.
/// </summary>
internal sealed class DeflateWalk
{
    private const int LiteralCodes = 286;
    private const int DistanceCodes = 30;
    private const int EndOfBlock = 256;

    private static readonly byte[] FixedLengths =
        [.. Enumerable.Repeat((byte)8, 144), .. Enumerable.Repeat((byte)9, 112), .. Enumerable.Repeat((byte)7, 24), .. Enumerable.Repeat((byte)8, 8)];

    private static readonly byte[] FixedDistances = [.. Enumerable.Repeat((byte)5, 32)];

    /// <summary>Order in which the lengths of the code for lengths are written.</summary>
    private static ReadOnlySpan<byte> LengthOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private static ReadOnlySpan<ushort> MatchBase =>
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    private static ReadOnlySpan<byte> MatchExtra => [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static ReadOnlySpan<ushort> DistanceBase =>
    [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
    ];

    private readonly DeflateCode literals = new();
    private readonly DeflateCode distances = new();
    private readonly DeflateCode lengthCode = new();
    private readonly byte[] lengths = new byte[LiteralCodes + DistanceCodes];
    private readonly byte[] codeLengths = new byte[LengthOrder.Length];
    private Part part;
    private ulong bits;
    private int bitCount;
    private bool isLast;
    private long blocks;
    private int literalCount;
    private int distanceCount;
    private int codeLengthCount;
    private int read;
    private int stored;
    private string? fault;

    private enum Part
    {
        Block,
        StoredLength,
        Stored,
        Counts,
        CodeLengths,
        Lengths,
        Symbols,
        End,
    }

    /// <summary>Bytes that what was read so far inflates to.</summary>
    public long Inflated { get; private set; }

    /// <summary>True where the stream ended with the last byte that was read.</summary>
    public bool HasEnded => part == Part.End;

    /// <summary>Makes it fit for the next stream.</summary>
    public void Reset()
    {
        (part, bits, bitCount, isLast, blocks, Inflated, fault) = (Part.Block, 0, 0, false, 0, 0, null);
    }

    /// <summary>The next bytes: what is wrong with them, or null.</summary>
    public string? Append(ReadOnlySpan<byte> input)
    {
        var goesOn = true;
        while (goesOn && fault is null && part != Part.End)
        {
            Fill(ref input);
            goesOn = part switch
            {
                Part.Block => Block(),
                Part.StoredLength => StoredLength(),
                Part.Stored => Stored(ref input),
                Part.Counts => Counts(),
                Part.CodeLengths => CodeLengths(ref input),
                Part.Lengths => Lengths(ref input),
                _ => Symbols(ref input),
            };
        }

        return fault ??= part == Part.End && (!input.IsEmpty || bitCount > 0) ? "bytes behind the end of its deflate stream" : null;
    }

    private void Fill(ref ReadOnlySpan<byte> input)
    {
        var whole = (63 - bitCount) >> 3;
        if (whole > 0 && input.Length >= sizeof(ulong))
        {
            bits |= (BinaryPrimitives.ReadUInt64LittleEndian(input) & (ulong.MaxValue >> (64 - (8 * whole)))) << bitCount;
            bitCount += 8 * whole;
            input = input[whole..];
            return;
        }

        while (bitCount <= 56 && !input.IsEmpty)
        {
            bits |= (ulong)input[0] << bitCount;
            bitCount += 8;
            input = input[1..];
        }
    }

    private int Take(int count)
    {
        var taken = (int)(bits & ((1UL << count) - 1));
        bits >>= count;
        bitCount -= count;
        return taken;
    }

    private bool Fail(string message)
    {
        fault = message;
        return false;
    }

    private bool Block()
    {
        if (isLast)
        {
            part = Part.End;
            return Align();
        }

        if (bitCount < 3)
        {
            return false;
        }

        if (++blocks > ZipLimits.SmallDeflateBlocks + (Inflated / ZipLimits.DeflateBlockBytes))
        {
            return Fail("deflate blocks of next to nothing");
        }

        isLast = Take(1) == 1;
        switch (Take(2))
        {
            case 0:
                part = Part.StoredLength;
                return Align();
            case 1:
                part = Part.Symbols;
                return literals.Build(FixedLengths, mustBeComplete: true) && distances.Build(FixedDistances, mustBeComplete: true);
            case 2:
                part = Part.Counts;
                return true;
            default:
                return Fail("a deflate block of an unknown type");
        }
    }

    /// <summary>Bits up to the next byte are read by nobody, so they must be zero.</summary>
    private bool Align() => Take(bitCount % 8) == 0 || Fail("bits in its deflate stream that nothing reads");

    private bool StoredLength()
    {
        if (bitCount < 32)
        {
            return false;
        }

        stored = Take(16);
        part = Part.Stored;
        return Take(16) == (stored ^ 0xFFFF) ? Emit(stored) : Fail("the length of a stored deflate block");
    }

    private bool Stored(ref ReadOnlySpan<byte> input)
    {
        while (stored > 0 && bitCount > 0)
        {
            _ = Take(8);
            stored--;
        }

        var skipped = Math.Min(stored, input.Length);
        input = input[skipped..];
        stored -= skipped;
        part = stored == 0 ? Part.Block : Part.Stored;
        return stored == 0;
    }

    private bool Counts()
    {
        if (bitCount < 14)
        {
            return false;
        }

        (literalCount, distanceCount, codeLengthCount) = (Take(5) + 257, Take(5) + 1, Take(4) + 4);
        codeLengths.AsSpan().Clear();
        read = 0;
        part = Part.CodeLengths;
        return (literalCount <= LiteralCodes && distanceCount <= DistanceCodes) || Fail("more deflate codes than there are");
    }

    private bool CodeLengths(ref ReadOnlySpan<byte> input)
    {
        for (; read < codeLengthCount; read++)
        {
            Fill(ref input);
            if (bitCount < 3)
            {
                return false;
            }

            codeLengths[LengthOrder[read]] = (byte)Take(3);
        }

        read = 0;
        part = Part.Lengths;
        return lengthCode.Build(codeLengths, mustBeComplete: true) || Fail("a deflate code for lengths that is not complete");
    }

    private bool Lengths(ref ReadOnlySpan<byte> input)
    {
        var all = literalCount + distanceCount;
        while (read < all)
        {
            Fill(ref input);
            var symbol = lengthCode.Decode(bits, bitCount, out var length);
            var (extra, least) = symbol switch { 16 => (2, 3), 17 => (3, 3), 18 => (7, 11), _ => (0, 1) };
            if (symbol == DeflateCode.Undecided || length + extra > bitCount)
            {
                return false;
            }

            _ = Take(length);
            var run = least + Take(extra);
            if (symbol == DeflateCode.Unassigned || (symbol == 16 && read == 0) || run > all - read)
            {
                return Fail("deflate code lengths");
            }

            lengths.AsSpan(read, run).Fill(symbol < 16 ? (byte)symbol : symbol == 16 ? lengths[read - 1] : (byte)0);
            read += run;
        }

        part = Part.Symbols;
        return (lengths[EndOfBlock] > 0
            && literals.Build(lengths.AsSpan(0, literalCount), mustBeComplete: false)
            && distances.Build(lengths.AsSpan(literalCount, distanceCount), mustBeComplete: false)) || Fail("deflate codes that are not complete");
    }

    /// <summary>A match takes at most 48 bits, so that it is decoded whole or, for want of input, not yet.</summary>
    private bool Symbols(ref ReadOnlySpan<byte> input)
    {
        while (true)
        {
            Fill(ref input);
            var symbol = literals.Decode(bits, bitCount, out var length);
            if (symbol is >= 0 and < EndOfBlock)
            {
                _ = Take(length);
                Inflated++;
                continue;
            }

            if (symbol == EndOfBlock)
            {
                _ = Take(length);
                part = Part.Block;
                return true;
            }

            if (symbol == DeflateCode.Undecided)
            {
                return false;
            }

            if (symbol is DeflateCode.Unassigned or >= LiteralCodes)
            {
                return Fail("a deflate code that stands for nothing");
            }

            if (!Match(symbol - EndOfBlock - 1, length))
            {
                return false;
            }
        }
    }

    private bool Match(int match, int length)
    {
        var used = length + MatchExtra[match];
        if (used > bitCount)
        {
            return false;
        }

        var symbol = distances.Decode(bits >> used, bitCount - used, out var distanceLength);
        if (symbol == DeflateCode.Undecided)
        {
            return false;
        }

        if (symbol is DeflateCode.Unassigned or >= DistanceCodes)
        {
            return Fail("a deflate code that stands for nothing");
        }

        // Two symbols of the distance code share each number of extra bits, but for the first two pairs.
        var extra = symbol < 4 ? 0 : (symbol >> 1) - 1;
        if (used + distanceLength + extra > bitCount)
        {
            return false;
        }

        _ = Take(length);
        var size = MatchBase[match] + Take(MatchExtra[match]);
        _ = Take(distanceLength);
        return DistanceBase[symbol] + Take(extra) <= Inflated ? Emit(size) : Fail("a deflate distance to before its first byte");
    }

    private bool Emit(int count)
    {
        Inflated += count;
        return true;
    }
}
