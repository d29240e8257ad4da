using Gateway.Core.Inspection.Scanning;

namespace Gateway.Core.Inspection.Json;

/// <summary>
/// The way most values take: one that lies whole in memory is walked without making tokens of it. It says yes only where <see cref="System.Text.Json.Utf8JsonReader"/> and
/// <see cref="JsonWalk"/> do, and gives up at everything else, right or wrong, that is rare; they then read the value again and say what it is.
/// </summary>
/// <param name="scan">Reads every name and string.</param>
/// <param name="isLine">A line feed is not white space in a value: it ends the text.</param>
/// <param name="noticed">A name at which it gives up, because who reads the tokens asks for it.</param>
internal sealed class JsonValueWalk(TextScan scan, bool isLine, byte[]? noticed = null) : IDisposable
{
    /// <summary>White space besides that within a line.</summary>
    private readonly byte feed = isLine ? (byte)' ' : (byte)'\n';

    private readonly JsonUnescaped unescaped = new();

    private readonly JsonOpenNames names = new();
    private int depth;
    private int deepest;

    /// <summary>A bit for each that is open, the lowest for the innermost: set where it is an object. Around all of them it is set too, as numbers do not follow one another there.</summary>
    private ulong objects;

    /// <summary>The next value is of a name that says it is secret.</summary>
    private bool isSecret;

    /// <summary>The names and strings before this place of the text were scanned.</summary>
    public int ScannedTo { get; private set; }

    /// <summary>Where the name or value is at which it gave up.</summary>
    public int GaveUpAt { get; private set; }

    /// <summary>Walks a value, scans its names and strings, and gives where it ends; -1 where it gives up.</summary>
    /// <param name="text">What the value lies in. At its end is a control character that is not white space in it, at which everything here stops.</param>
    /// <param name="anchors">Goes over the text.</param>
    /// <param name="at">Where the value begins.</param>
    /// <param name="around">How many objects and arrays are open around it.</param>
    /// <param name="offset">Where the text begins in the file.</param>
    public int Walk(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int at, int around, long offset)
    {
        Begin(at, around);
        return Value(text, ref anchors, at, offset);
    }

    /// <summary>The same of a member, whose name begins at a place and ends at another. Whether its object has the name already is not asked here.</summary>
    public int Member(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int at, int around, long offset, out int nameEnd)
    {
        Begin(at, around);
        var value = Name(text, ref anchors, at, offset, out nameEnd);
        return value < 0 ? -1 : Value(text, ref anchors, value, offset);
    }

    public void Dispose() => unescaped.Dispose();

    private void Begin(int at, int around)
    {
        (depth, deepest, objects, isSecret) = (0, InspectionLimits.JsonDepth - around, 1, false);
        names.Clear();
        (GaveUpAt, ScannedTo) = (at, at);
    }

    private int Value(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int at, long offset)
    {
        while (at >= 0)
        {
            GaveUpAt = at;

            // A value begins.
            var isOpen = false;
            switch (text[at])
            {
                case (byte)'"':
                    at = String(text, ref anchors, at, offset);
                    break;
                case (byte)'{' or (byte)'[':
                    isOpen = Begin(isObject: text[at] == '{');
                    at = isOpen ? JsonBytes.SkipSpace(text, at + 1, feed) : -1;
                    break;
                case (byte)'t':
                    at = JsonBytes.Literal(text, at, "true"u8);
                    break;
                case (byte)'f':
                    at = JsonBytes.Literal(text, at, "false"u8);
                    break;
                case (byte)'n':
                    at = JsonBytes.Literal(text, at, "null"u8);
                    break;
                default:
                    at = (objects & 1) == 0 ? JsonNumbers.Behind(text, at, feed) : JsonBytes.Number(text, at);
                    break;
            }

            // Whatever it was, it is not a string any more.
            isSecret = false;
            for (; at >= 0; isOpen = false)
            {
                if (depth == 0)
                {
                    return at;
                }

                at = JsonBytes.SkipSpace(text, at, feed);
                var isObject = (objects & 1) != 0;
                if (text[at] == (isObject ? '}' : ']'))
                {
                    End();
                    at++;
                    continue;
                }

                if (!isOpen && text[at] != ',')
                {
                    GaveUpAt = at;
                    return -1;
                }

                at = isOpen ? at : JsonBytes.SkipSpace(text, at + 1, feed);
                GaveUpAt = at;
                at = isObject ? NewName(text, ref anchors, at, offset) : at;
                break;
            }
        }

        return -1;
    }

    private bool Begin(bool isObject)
    {
        if (depth >= deepest)
        {
            return false;
        }

        names.Open(depth++);
        objects = (objects << 1) | (isObject ? 1u : 0u);
        return true;
    }

    private void End()
    {
        names.Close(--depth);
        objects >>= 1;
    }

    private int NewName(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int at, long offset)
    {
        var value = Name(text, ref anchors, at, offset, out var to);
        return value >= 0 && names.Add(depth - 1, text, at + 1, to) ? value : -1;
    }

    /// <summary>A name and its colon; where the value behind them begins.</summary>
    private int Name(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int at, long offset, out int to)
    {
        to = at;
        if (text[at] != '"')
        {
            return -1;
        }

        to = JsonBytes.StringStop(text, at + 1);
        var colon = text[to] == '"' ? JsonBytes.SkipSpace(text, to + 1, feed) : to;
        if (text[colon] != ':')
        {
            return -1;
        }

        var name = text[(at + 1)..to];
        if (noticed is not null && name.SequenceEqual(noticed))
        {
            return -1;
        }

        scan.Within(ref anchors, text, at + 1, to, offset);
        ScannedTo = to;
        isSecret = AssignedKeys.IsName(name);
        return JsonBytes.SkipSpace(text, colon + 1, feed);
    }

    private int String(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int at, long offset)
    {
        var to = JsonBytes.StringStop(text, at + 1);
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
