using System.Text.Json;
using Gateway.Core.Inspection.Scanning;

namespace Gateway.Core.Inspection.Json;

/// <summary>
/// Elements and members, one behind another, of which a visitor asks nothing and that lie whole in memory: they are walked without making tokens of them. What the walk gives up at is left
/// to the tokens, and only well behind it is a run begun again, so that no byte is walked in vain twice.
/// </summary>
internal sealed class JsonRuns(JsonVisitor visitor, TextScan scan, JsonWalk walk) : IDisposable
{
    /// <summary>Bytes that are left to tokens behind what the walk gave up at: where that is not rare, beginning runs would cost more than they spare.</summary>
    private const int LeftToTokens = 256;

    private readonly JsonValueWalk values = new(scan, isLine: false, visitor.Noticed);
    private int depth;

    /// <summary>A bit for each object or array that is open, the lowest for the innermost: set where it is an object.</summary>
    private ulong objects;

    /// <summary>No run begins before this place of the text.</summary>
    private int notBefore;

    /// <summary>A text is read, from its first byte.</summary>
    public void Begin() => notBefore = 0;

    public void Dispose() => values.Dispose();

    /// <summary>A token was read, and a run may follow it; where the last value of the run ends, or the token where there is none.</summary>
    /// <param name="token">The token.</param>
    /// <param name="text">The text, with a control character behind it that is not white space.</param>
    /// <param name="anchors">Goes over the text.</param>
    /// <param name="at">Where the token ends.</param>
    /// <param name="offset">Where the text begins in the file.</param>
    public int Behind(JsonTokenType token, ReadOnlySpan<byte> text, ref AnchorCursor anchors, int at, long offset)
    {
        var isFirst = token is JsonTokenType.StartObject or JsonTokenType.StartArray;
        if (isFirst)
        {
            depth++;
            objects = (objects << 1) | (token == JsonTokenType.StartObject ? 1u : 0u);
        }
        else if (token is JsonTokenType.EndObject or JsonTokenType.EndArray)
        {
            depth--;
            objects >>= 1;
        }

        var mayBegin = token != JsonTokenType.PropertyName && depth > 0 && at >= notBefore && walk.HasRoomFor(JsonOpenNames.Most);
        return mayBegin && visitor.Passes(depth) ? Run(text, ref anchors, at, isFirst, offset) : at;
    }

    /// <summary>What a reader that has read the begin of an object or array knows where a value of it was read too.</summary>
    public JsonReaderState BehindValue(JsonReaderState state)
    {
        var reader = new Utf8JsonReader((objects & 1) != 0 ? "\"\":0,"u8 : "0,"u8, isFinalBlock: false, state);
        while (reader.Read())
        {
        }

        return reader.CurrentState;
    }

    private int Run(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int at, bool isFirst, long offset)
    {
        var count = 0;
        for (; Next(text, at, isFirst && count == 0) is >= 0 and var next; count++)
        {
            var isObject = (objects & 1) != 0;
            var nameEnd = next;
            var end = isObject ? values.Member(text, ref anchors, next, depth, offset, out nameEnd) : values.Walk(text, ref anchors, next, depth, offset);
            walk.ScannedTo = offset + values.ScannedTo;
            if (end < 0)
            {
                notBefore = values.GaveUpAt + LeftToTokens;
                break;
            }

            // A value that the end of the text cuts may go on.
            var behind = JsonBytes.SkipSpace(text, end, (byte)'\n');
            if ((text[behind] != ',' && text[behind] != (isObject ? '}' : ']')) || (isObject && !walk.AddName(depth, text[(next + 1)..nameEnd])))
            {
                notBefore = behind + LeftToTokens;
                break;
            }

            at = end;
        }

        visitor.Passed(depth, count);
        return at;
    }

    /// <summary>Where the next element or member begins; -1 where none does.</summary>
    private static int Next(ReadOnlySpan<byte> text, int at, bool isFirst)
    {
        var next = JsonBytes.SkipSpace(text, at, (byte)'\n');
        if (isFirst)
        {
            return text[next] is (byte)']' or (byte)'}' ? -1 : next;
        }

        return text[next] == ',' ? JsonBytes.SkipSpace(text, next + 1, (byte)'\n') : -1;
    }
}
