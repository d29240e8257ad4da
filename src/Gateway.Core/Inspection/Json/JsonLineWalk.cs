using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;
using Gateway.Core.Inspection.Scanning;

namespace Gateway.Core.Inspection.Json;

/// <summary>
/// The way most lines take: an object or array that lies whole in memory is walked without making tokens of it. It says yes only where <see cref="System.Text.Json.Utf8JsonReader"/> and
/// <see cref="JsonWalk"/> do, and gives up at everything else, right or wrong, that is rare; they then read the line again and say what it is.
/// </summary>
internal sealed class JsonLineWalk(TextScan scan) : IDisposable
{
    /// <summary>Most names in the objects that are open.</summary>
    private const int OpenNames = 256;

    /// <summary>Most bytes of a number that is finite whatever its digits are, with an exponent of two.</summary>
    private const int FiniteBytes = 200;

    private readonly JsonUnescaped unescaped = new();

    /// <summary>Where the names of open objects begin and end, and a tag of each: those of equal names are equal.</summary>
    private readonly (int From, int To)[] names = new (int, int)[OpenNames];
    private readonly ulong[] tags = new ulong[OpenNames];

    /// <summary>How many names there were when an object or array began.</summary>
    private readonly int[] namesBefore = new int[InspectionLimits.JsonDepth + 1];
    private int nameCount;
    private int depth;

    /// <summary>A bit for each that is open, the lowest for the innermost: set where it is an object.</summary>
    private ulong objects;

    /// <summary>The next value is of a name that says it is secret.</summary>
    private bool isSecret;

    /// <summary>The names and strings before this place of the text were scanned.</summary>
    public int ScannedTo { get; private set; }

    /// <summary>Walks a line and scans its names and strings; false where it gives up.</summary>
    /// <param name="text">What the line lies in. At its end is a line feed, at which everything here stops.</param>
    /// <param name="anchors">Goes over the text.</param>
    /// <param name="at">Where the line's first bracket is.</param>
    /// <param name="to">Where the line ends.</param>
    /// <param name="offset">Where the text begins in the file.</param>
    public bool Walk(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int at, int to, long offset)
    {
        (depth, nameCount, isSecret, ScannedTo) = (0, 0, false, at);
        while (at >= 0)
        {
            // A value begins.
            var isOpen = false;
            switch (text[at])
            {
                case (byte)'"':
                    at = String(text, ref anchors, at, offset);
                    break;
                case (byte)'{' or (byte)'[':
                    isOpen = Begin(isObject: text[at] == '{');
                    at = isOpen ? SkipSpace(text, at + 1) : -1;
                    break;
                case (byte)'t':
                    at = Literal(text, at, "true"u8);
                    break;
                case (byte)'f':
                    at = Literal(text, at, "false"u8);
                    break;
                case (byte)'n':
                    at = Literal(text, at, "null"u8);
                    break;
                default:
                    at = Number(text, at);
                    break;
            }

            // Whatever it was, it is not a string any more.
            isSecret = false;
            for (; at >= 0; isOpen = false)
            {
                at = SkipSpace(text, at);
                if (depth == 0)
                {
                    return at == to;
                }

                var isObject = (objects & 1) != 0;
                if (text[at] == (isObject ? '}' : ']'))
                {
                    End();
                    at++;
                    continue;
                }

                if (!isOpen && text[at] != ',')
                {
                    return false;
                }

                at = isOpen ? at : SkipSpace(text, at + 1);
                at = isObject ? Name(text, ref anchors, at, offset) : at;
                break;
            }
        }

        return false;
    }

    public void Dispose() => unescaped.Dispose();

    private static int SkipSpace(ReadOnlySpan<byte> text, int at)
    {
        while (text[at] is (byte)' ' or (byte)'\t' or (byte)'\r')
        {
            at++;
        }

        return at;
    }

    private static int Literal(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> literal) => text[at..].StartsWith(literal) ? at + literal.Length : -1;

    /// <summary>Where a number ends; -1 where it is none, or may be beyond a 64-bit float.</summary>
    private static int Number(ReadOnlySpan<byte> text, int from)
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

    /// <summary>The next byte that ends a string, begins an escape or may not be in a string.</summary>
    internal static int StringStop(ReadOnlySpan<byte> text, int at)
    {
        for (; text.Length - at >= Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            var bytes = Vector128.Create(text[at..]);
            var stops = Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(bytes, Vector128.Create((byte)0x20));
            if (stops != Vector128<byte>.Zero)
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

    private static ulong Tag(ReadOnlySpan<byte> text, int from, int to)
    {
        const int Rotated = 29;
        var bytes = to - from;
        if (bytes >= sizeof(ulong))
        {
            var last = BinaryPrimitives.ReadUInt64LittleEndian(text[(to - sizeof(ulong))..]);
            return BinaryPrimitives.ReadUInt64LittleEndian(text[from..]) ^ BitOperations.RotateLeft(last, Rotated) ^ (ulong)bytes;
        }

        ulong tag = 0;
        foreach (var b in text[from..to])
        {
            tag = (tag << 8) | b;
        }

        return tag;
    }

    private bool Begin(bool isObject)
    {
        if (depth >= InspectionLimits.JsonDepth)
        {
            return false;
        }

        namesBefore[depth++] = nameCount;
        objects = (objects << 1) | (isObject ? 1u : 0u);
        return true;
    }

    private void End()
    {
        nameCount = namesBefore[--depth];
        objects >>= 1;
    }

    /// <summary>A name and its colon; where the value behind them begins.</summary>
    private int Name(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int at, long offset)
    {
        if (text[at] != '"' || nameCount == OpenNames)
        {
            return -1;
        }

        var to = StringStop(text, at + 1);
        var colon = text[to] == '"' ? SkipSpace(text, to + 1) : to;
        if (text[colon] != ':' || !IsNew(text, at + 1, to))
        {
            return -1;
        }

        scan.Within(ref anchors, text, at + 1, to, offset);
        ScannedTo = to;
        isSecret = AssignedKeys.IsName(text[(at + 1)..to]);
        return SkipSpace(text, colon + 1);
    }

    private bool IsNew(ReadOnlySpan<byte> text, int from, int to)
    {
        var tag = Tag(text, from, to);
        for (var i = namesBefore[depth - 1]; i < nameCount; i++)
        {
            if (tags[i] == tag && text[names[i].From..names[i].To].SequenceEqual(text[from..to]))
            {
                return false;
            }
        }

        (tags[nameCount], names[nameCount]) = (tag, (from, to));
        nameCount++;
        return true;
    }

    private int String(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int at, long offset)
    {
        var to = StringStop(text, at + 1);
        var value = text[(at + 1)..to];
        if (text[to] == '"')
        {
            scan.Within(ref anchors, text, at + 1, to, offset);
        }
        else
        {
            to = unescaped.Read(text, at + 1, to);
            if (to < 0)
            {
                return -1;
            }

            value = unescaped.Span;
            scan.Unescaped(value, offset + at);
        }

        if (isSecret)
        {
            scan.Secret(value, offset + at);
        }

        ScannedTo = to;
        return to + 1;
    }
}
