namespace Gateway.Core.Inspection.Json;

/// <summary>
/// The member names of one open object, as 128-bit hashes. Equal names always have equal hashes, so no duplicate is missed; names
/// crafted to collide only get their own file refused.
/// </summary>
internal sealed class NameSet
{
    /// <summary>Up to this many names a scan is faster than hashing.</summary>
    private const int Few = 12;

    private readonly UInt128[] few = new UInt128[Few];
    private HashSet<UInt128>? many;

    public int Count { get; private set; }

    /// <summary>False where the name is there already.</summary>
    public bool Add(UInt128 name)
    {
        if (many is null && Count < Few)
        {
            if (few.AsSpan(0, Count).Contains(name))
            {
                return false;
            }

            few[Count++] = name;
            return true;
        }

        many ??= [.. few];
        if (!many.Add(name))
        {
            return false;
        }

        Count++;
        return true;
    }

    /// <summary>Makes it fit for the next object at the same depth.</summary>
    public void Clear()
    {
        Count = 0;
        many = null;
    }
}
