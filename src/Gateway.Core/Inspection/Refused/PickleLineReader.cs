using System.Buffers;

namespace Gateway.Core.Inspection.Refused;

/// <summary>Tells whether a line is an argument that CPython's unpickler reads, without keeping the line.</summary>
internal sealed class PickleLineReader
{
    /// <summary>Decimal, hexadecimal, octal and binary digits with what int() and strtol let stand between and around them.</summary>
    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789abcdefABCDEFxXoOL+-_ \t\r\f\v"u8);
    private static readonly SearchValues<byte> FloatBytes = SearchValues.Create("0123456789eE+-._ \t\r\f\vinfatyINFATY"u8);
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);
    private static readonly SearchValues<byte> White = SearchValues.Create(" \t\r\f\v"u8);

    /// <summary>ASCII that no module or attribute name has. Bytes from 0x80 may spell Unicode identifiers.</summary>
    private static readonly SearchValues<byte> NoName = SearchValues.Create(
        [.. Enumerable.Range(0, 0x80).Where(b => !char.IsAsciiLetterOrDigit((char)b) && b is not ('_' or '.')).Select(b => (byte)b)]);

    private PickleLine form;
    private bool broken;
    private bool hasDigit;
    private bool hasLetter;
    private long length;
    private byte first;
    private byte last;

    /// <summary>False once nothing that follows can make it such a line.</summary>
    public bool MayHold => !broken;

    /// <summary>True for a complete line that is such an argument.</summary>
    public bool Holds => !broken && form switch
    {
        PickleLine.Any => true,
        PickleLine.Number => hasDigit,
        PickleLine.Float => hasDigit || hasLetter,
        PickleLine.Quoted => length >= 2 && first == last,
        PickleLine.Identifier => length > 0,
        _ => throw new InvalidOperationException("A pickle line without a rule."),
    };

    public void Begin(PickleLine expected)
    {
        form = expected;
        broken = hasDigit = hasLetter = false;
        length = 0;
    }

    public void Append(ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty)
        {
            return;
        }

        first = length == 0 ? part[0] : first;
        length += part.Length;
        hasDigit |= part.ContainsAny(Digits);
        hasLetter |= part.ContainsAnyInRange((byte)'A', (byte)'z');
        last = part.LastIndexOfAnyExcept(White) is >= 0 and var at ? part[at] : last;
        broken |= form switch
        {
            PickleLine.Number => part.ContainsAnyExcept(NumberBytes),
            PickleLine.Float => part.ContainsAnyExcept(FloatBytes),
            PickleLine.Quoted => first is not ((byte)'\'' or (byte)'"'),
            PickleLine.Identifier => part.ContainsAny(NoName),
            _ => false,
        };
    }
}
