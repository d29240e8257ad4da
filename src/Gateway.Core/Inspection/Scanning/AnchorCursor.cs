using System.Numerics;

namespace Gateway.Core.Inspection.Scanning;

/// <summary>
/// Places where an anchor may begin, in order, for a reader of many short texts that lie one behind another: sixteen places are looked at together, wherever one text ends and the next
/// begins.
/// </summary>
/// <param name="text">What the texts lie in.</param>
internal ref struct AnchorCursor(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> text = text;

    /// <summary>Where the places begin that the bits are of.</summary>
    private int group;

    /// <summary>Places before this were looked at.</summary>
    private int end;

    /// <summary>Places that may hold an anchor and were not asked for.</summary>
    private uint bits;

    /// <summary>The next place from one up to another; -1 where there is none. Who asks goes forward.</summary>
    public int Next(int from, int to)
    {
        while (true)
        {
            for (; bits != 0; bits &= bits - 1)
            {
                var place = group + BitOperations.TrailingZeroCount(bits);
                if (place >= to)
                {
                    return -1;
                }

                if (place >= from)
                {
                    bits &= bits - 1;
                    return place;
                }
            }

            if (end >= to)
            {
                return -1;
            }

            Look(Math.Max(end, from));
        }
    }

    private void Look(int at)
    {
        group = at;
        if (at <= text.Length - TextAnchors.VectorBytes)
        {
            // Stops in front of the end of the text, or at a group that has a place.
            bits = TextAnchors.Next(text, ref group);
            end = bits == 0 ? group : group + 16;
            return;
        }

        Span<byte> last = stackalloc byte[2 * TextAnchors.VectorBytes];
        last.Clear();
        text[at..].CopyTo(last);
        var first = 0;
        bits = TextAnchors.Next(last[..TextAnchors.VectorBytes], ref first);
        end = at + 16;
    }
}
