namespace Gateway.Low.Send;

/// <summary>
/// Decides whether packing pays. Reading and encoding a group runs beside sending the one before it; so long as a packed group is ready within the time that the line would
/// take for it unpacked, the lane is not slower for packing. After a group that took longer, some are not packed; each further one doubles their number, each packed in time halves
/// it. So one slow group, as the first of a process that still compiles, costs a few, and a line that is faster than packing is tried ever less often. Not thread-safe.
/// </summary>
internal sealed class PackingPace
{
    /// <summary>Groups that are not packed after one that was too slow, at least.</summary>
    public const int LeastPause = 4;

    /// <summary>Most groups between two tries.</summary>
    public const int MostPause = 4096;

    private int pause = LeastPause;
    private int left;

    /// <summary>True where packing pays at present. From any thread.</summary>
    public bool Pays => Volatile.Read(ref left) == 0;

    /// <summary>Whether the next group is to be packed.</summary>
    public bool Next()
    {
        if (left == 0)
        {
            return true;
        }

        Volatile.Write(ref left, left - 1);
        return false;
    }

    /// <summary>A group was packed.</summary>
    /// <param name="filling">Time from the first read to the last tag.</param>
    /// <param name="line">Time that the line takes for the group unpacked.</param>
    public void Packed(TimeSpan filling, TimeSpan line)
    {
        if (filling <= line)
        {
            pause = Math.Max(pause / 2, LeastPause);
            return;
        }

        Volatile.Write(ref left, pause);
        pause = Math.Min(pause * 2, MostPause);
    }
}
