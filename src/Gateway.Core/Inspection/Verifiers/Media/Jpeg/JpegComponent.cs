namespace Gateway.Core.Inspection.Verifiers.Media.Jpeg;

/// <summary>One component of a frame (T.81, B.2.2), and how far its scans have come.</summary>
internal sealed class JpegComponent(byte id, int horizontal, int vertical, int table)
{
    /// <summary>Lowest bit that scans have given of each coefficient; -1 before the first.</summary>
    private readonly int[] given = [.. Enumerable.Repeat(-1, 64)];

    public byte Id => id;

    public int Horizontal => horizontal;

    public int Vertical => vertical;

    /// <summary>Its quantization table.</summary>
    public int Table => table;

    public bool HasDc => given[0] >= 0;

    /// <summary>Notes that a scan gives coefficients down to a bit; false where that does not go on from the scans before (T.81, G.1.1.1).</summary>
    public bool Give(int first, int last, int high, int low)
    {
        if (first > 0 && !HasDc)
        {
            return false;
        }

        for (var k = first; k <= last; k++)
        {
            if (high == 0 ? given[k] >= 0 : given[k] != high || low != high - 1)
            {
                return false;
            }

            given[k] = low;
        }

        return true;
    }
}
