using System.Runtime.InteropServices;

namespace Gateway.Core.Wire;

/// <summary>Sessions of a lane whose numbers follow each other.</summary>
/// <param name="First">The first of them, from 1.</param>
/// <param name="Last">The last of them.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SessionRange(ulong First, ulong Last)
{
    /// <summary>Numbers as ranges, ascending, as few as there can be.</summary>
    public static IReadOnlyList<SessionRange> Of(IEnumerable<ulong> sessions)
    {
        var ranges = new List<SessionRange>();
        foreach (var session in sessions.Order())
        {
            if (ranges.Count > 0 && session - ranges[^1].Last <= 1)
            {
                ranges[^1] = ranges[^1] with { Last = session };
            }
            else
            {
                ranges.Add(new(session, session));
            }
        }

        return ranges;
    }
}
