using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Gateway.Core.Inspection.Json;

/// <summary>
/// Pieces of JSON (RFC 8259) as they lie in a text. Behind them is a control character, which no piece holds and at which everything here stops, so that nothing asks whether there is a
/// next byte: a line feed behind a line, another where line feeds are white space.
/// </summary>
internal static class JsonBytes
{
    /// <summary>Most bytes of a number that is finite whatever its digits are, with an exponent of two.</summary>
    private const int FiniteBytes = 200;

    /// <summary>Behind the white space at a place, of which there mostly is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">The place.</param>
    /// <param name="feed">A line feed where that is white space, a space where it is not.</param>
    public static int SkipSpace(ReadOnlySpan<byte> text, int at, byte feed) => text[at] > ' ' ? at : BehindSpace(text, at, feed);

    /// <summary>Where a literal ends; -1 where another text stands.</summary>
    public static int Literal(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> literal) => text[at..].StartsWith(literal) ? at + literal.Length : -1;

    /// <summary>Where a number ends; -1 where it is none, or may be beyond a 64-bit float.</summary>
    public static int Number(ReadOnlySpan<byte> text, int from)
    {
        var at = text[from] == '-' ? from + 1 : from;
        var whole = text[at] == '0' ? 1 : Digits(text, at);
        at += whole;
        if (whole == 0)
        {
            return -1;
        }

        if (text[at] == '.')
        {
            var fraction = Digits(text, at + 1);
            at += 1 + fraction;
            if (fraction == 0)
            {
                return -1;
            }
        }

        if (text[at] is (byte)'e' or (byte)'E')
        {
            at += text[at + 1] is (byte)'+' or (byte)'-' ? 2 : 1;
            var exponent = Digits(text, at);
            at += exponent;
            if (exponent is 0 or > 2)
            {
                return -1;
            }
        }

        return at - from <= FiniteBytes ? at : -1;
    }

    /// <summary>The next byte that ends a string, begins an escape or may not be in a string.</summary>
    public static int StringStop(ReadOnlySpan<byte> text, int at)
    {
        // Most names end among the first sixteen; texts go on.
        if (text.Length - at >= Vector128<byte>.Count)
        {
            var bytes = Vector128.Create(text[at..]);
            var stops = Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(bytes, Vector128.Create((byte)0x20));
            if (stops != Vector128<byte>.Zero)
            {
                return at + BitOperations.TrailingZeroCount(stops.ExtractMostSignificantBits());
            }

            at += Vector128<byte>.Count;
        }

        for (; text.Length - at >= Vector512<byte>.Count; at += Vector512<byte>.Count)
        {
            var bytes = Vector512.Create(text[at..]);
            var stops = Vector512.Equals(bytes, Vector512.Create((byte)'"')) | Vector512.Equals(bytes, Vector512.Create((byte)'\\'))
                | Vector512.LessThan(bytes, Vector512.Create((byte)0x20));
            if (stops != Vector512<byte>.Zero)
            {
                return at + BitOperations.TrailingZeroCount(stops.ExtractMostSignificantBits());
            }
        }

        while (text[at] is not ((byte)'"' or (byte)'\\' or < 0x20))
        {
            at++;
        }

        return at;
    }

    /// <summary>A number that is equal for equal names.</summary>
    public static ulong Tag(ReadOnlySpan<byte> text, int from, int to)
    {
        const int Rotated = 29;
        const int ByteBits = 8;
        var bytes = to - from;
        if (bytes >= sizeof(ulong))
        {
            var last = BinaryPrimitives.ReadUInt64LittleEndian(text[(to - sizeof(ulong))..]);
            return BinaryPrimitives.ReadUInt64LittleEndian(text[from..]) ^ BitOperations.RotateLeft(last, Rotated) ^ (ulong)bytes;
        }

        if (bytes > 0 && text.Length - from >= sizeof(ulong))
        {
            // What is behind a short name is shifted out of it.
            return BinaryPrimitives.ReadUInt64LittleEndian(text[from..]) << (ByteBits * (sizeof(ulong) - bytes));
        }

        // The same at the end of the text, and of no name.
        var tag = 0UL;
        foreach (var b in text[from..to])
        {
            tag = (tag >> ByteBits) | ((ulong)b << (ByteBits * (sizeof(ulong) - 1)));
        }

        return tag;
    }

    /// <summary>How many digits stand at a place; eight are looked at together.</summary>
    private static int Digits(ReadOnlySpan<byte> text, int from)
    {
        var at = from;
        while (text.Length - at >= sizeof(ulong))
        {
            // A digit is 0 to 9 behind this; of what is more, or has its highest bit set, the sum or the byte has it. Sums overflow into bytes behind the first of those only.
            var bytes = BinaryPrimitives.ReadUInt64LittleEndian(text[at..]) ^ 0x3030303030303030;
            var others = (unchecked(bytes + 0x7676767676767676) | bytes) & 0x8080808080808080;
            if (others != 0)
            {
                return at - from + (BitOperations.TrailingZeroCount(others) / 8);
            }

            at += sizeof(ulong);
        }

        while (char.IsAsciiDigit((char)text[at]))
        {
            at++;
        }

        return at - from;
    }

    private static int BehindSpace(ReadOnlySpan<byte> text, int at, byte feed)
    {
        while (text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' || text[at] == feed)
        {
            at++;
        }

        return at;
    }
}
