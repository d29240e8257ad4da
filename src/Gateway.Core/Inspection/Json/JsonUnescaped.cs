using System.Text;

namespace Gateway.Core.Inspection.Json;

/// <summary>A JSON string that is written with escapes, without them (RFC 8259, 7).</summary>
internal sealed class JsonUnescaped : IDisposable
{
    private const int HexDigits = 4;

    /// <summary>Bytes of an escape that is written with hexadecimal digits.</summary>
    private const int UnicodeBytes = 2 + HexDigits;

    private readonly KeptBytes kept = new();

    public ReadOnlySpan<byte> Span => kept.Span;

    public void Dispose() => kept.Dispose();

    /// <summary>Reads a string to its quotation mark, and gives where that is; -1 where it is not one, or holds half of a surrogate pair.</summary>
    /// <param name="text">What the string lies in, with a line feed behind it.</param>
    /// <param name="from">Where the string begins.</param>
    /// <param name="at">Where its first escape is.</param>
    public int Read(ReadOnlySpan<byte> text, int from, int at)
    {
        kept.Clear();
        kept.Append(text[from..at]);
        while (text[at] == '\\')
        {
            var behind = text[at + 1] == 'u' ? Unicode(text, at) : Short(text[at + 1]) ? at + 2 : -1;
            if (behind < 0)
            {
                return -1;
            }

            at = JsonBytes.StringStop(text, behind);
            kept.Append(text[behind..at]);
        }

        return text[at] == '"' ? at : -1;
    }

    private bool Short(byte letter)
    {
        byte escaped = letter switch
        {
            (byte)'"' or (byte)'\\' or (byte)'/' => letter,
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            _ => 0,
        };
        kept.Append([escaped]);
        return escaped != 0;
    }

    private int Unicode(ReadOnlySpan<byte> text, int at)
    {
        var (first, behind) = (Unit(text, at), at + UnicodeBytes);
        if (first < 0)
        {
            return -1;
        }

        Span<byte> utf8 = stackalloc byte[4];
        if (!char.IsSurrogate((char)first))
        {
            kept.Append(utf8[..new Rune(first).EncodeToUtf8(utf8)]);
            return behind;
        }

        if (!char.IsHighSurrogate((char)first) || Unit(text, behind) is not (>= 0 and var second) || !char.IsLowSurrogate((char)second))
        {
            return -1;
        }

        kept.Append(utf8[..new Rune((char)first, (char)second).EncodeToUtf8(utf8)]);
        return behind + UnicodeBytes;
    }

    /// <summary>The UTF-16 unit that is written at a place; -1 where none is.</summary>
    private static int Unit(ReadOnlySpan<byte> text, int at)
    {
        if (text.Length - at < UnicodeBytes || text[at] != '\\' || text[at + 1] != 'u')
        {
            return -1;
        }

        var unit = 0;
        foreach (var digit in text.Slice(at + 2, HexDigits))
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return -1;
            }

            unit = (unit << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return unit;
    }
}
