namespace Gateway.Core.Inspection.Json;

/// <summary>The member names of a few open objects, as they lie in a text.</summary>
internal sealed class JsonOpenNames
{
    /// <summary>Most names.</summary>
    public const int Most = 256;

    /// <summary>Where names begin and end, and a tag of each: those of equal names are equal.</summary>
    private readonly (int From, int To)[] names = new (int, int)[Most];
    private readonly ulong[] tags = new ulong[Most];

    /// <summary>How many names there were when an object or array began, by how many were open around it.</summary>
    private readonly int[] before = new int[InspectionLimits.JsonDepth + 1];
    private int count;

    public void Clear() => count = 0;

    /// <summary>An object or array begins within so many others.</summary>
    public void Open(int depth) => before[depth] = count;

    /// <summary>It ends.</summary>
    public void Close(int depth) => count = before[depth];

    /// <summary>Adds a name of the object that is open innermost, within so many others; false where it has the name, or there are too many.</summary>
    public bool Add(int depth, ReadOnlySpan<byte> text, int from, int to)
    {
        if (count == Most)
        {
            return false;
        }

        var tag = JsonBytes.Tag(text, from, to);
        for (var i = before[depth]; i < count; i++)
        {
            if (tags[i] == tag && text[names[i].From..names[i].To].SequenceEqual(text[from..to]))
            {
                return false;
            }
        }

        (tags[count], names[count]) = (tag, (from, to));
        count++;
        return true;
    }
}
