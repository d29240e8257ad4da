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
                    at = isOpen ? JsonBytes.SkipSpace(text, at + 1) : -1;
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
                    at = (objects & 1) == 0 ? JsonBytes.Numbers(text, at) : JsonBytes.Number(text, at);
                    break;
            }

            // Whatever it was, it is not a string any more.
            isSecret = false;
            for (; at >= 0; isOpen = false)
            {
                at = JsonBytes.SkipSpace(text, at);
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

                at = isOpen ? at : JsonBytes.SkipSpace(text, at + 1);
                at = isObject ? Name(text, ref anchors, at, offset) : at;
                break;
            }
        }

        return false;
    }

    public void Dispose() => unescaped.Dispose();

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

        var to = JsonBytes.StringStop(text, at + 1);
        var colon = text[to] == '"' ? JsonBytes.SkipSpace(text, to + 1) : to;
        if (text[colon] != ':' || !IsNew(text, at + 1, to))
        {
            return -1;
        }

        scan.Within(ref anchors, text, at + 1, to, offset);
        ScannedTo = to;
        isSecret = AssignedKeys.IsName(text[(at + 1)..to]);
        return JsonBytes.SkipSpace(text, colon + 1);
    }

    private bool IsNew(ReadOnlySpan<byte> text, int from, int to)
    {
        var tag = JsonBytes.Tag(text, from, to);
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
