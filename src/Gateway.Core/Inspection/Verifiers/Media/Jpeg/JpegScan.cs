namespace Gateway.Core.Inspection.Verifiers.Media.Jpeg;

/// <summary>Reads a scan header (T.81, B.2.3) against the frame and the tables.</summary>
internal static class JpegScan
{
    /// <summary>The components of a scan; null with what is wrong.</summary>
    public static IReadOnlyList<JpegComponent>? Read(ReadOnlySpan<byte> data, JpegFrame frame, JpegTables tables, out string wrong)
    {
        wrong = "a scan header whose length does not fit";
        if (data.IsEmpty || data[0] is < 1 or > 4 || data.Length != 4 + (2 * data[0]))
        {
            return null;
        }

        var (first, last) = (data[^3], data[^2]);
        var (high, low) = (data[^1] >> 4, data[^1] & 0xF);
        wrong = "a scan of coefficients that its frame does not allow";
        if (!IsSelection(frame, data[0], first, last, high, low))
        {
            return null;
        }

        var scan = new List<JpegComponent>();
        var at = -1;
        for (var i = 0; i < data[0]; i++)
        {
            var id = data[1 + (2 * i)];
            var (dc, ac) = (data[2 + (2 * i)] >> 4, data[2 + (2 * i)] & 0xF);
            var next = Index(frame, id);
            wrong = "a scan of components that are not in its frame, or not in that order";
            if (next <= at)
            {
                return null;
            }

            at = next;
            var component = frame.Components[next];
            wrong = "a scan that uses tables which were not defined";
            var usesDc = first == 0 && high == 0;
            if (dc > 3 || ac > 3 || (frame.IsBaseline && (dc > 1 || ac > 1)) || !tables.HasQuantization(component.Table)
                || (usesDc && !tables.HasDc(dc)) || (last > 0 && !tables.HasAc(ac)))
            {
                return null;
            }

            wrong = "a scan that repeats coefficients, or does not go on from those before";
            if (!component.Give(first, last, high, low))
            {
                return null;
            }

            scan.Add(component);
        }

        wrong = "a scan of more than 10 blocks a unit";
        return scan.Count == 1 || scan.Sum(c => c.Horizontal * c.Vertical) <= 10 ? scan : null;
    }

    private static bool IsSelection(JpegFrame frame, int components, int first, int last, int high, int low) =>
        frame.IsProgressive
            ? first <= last && last <= 63 && high <= 13 && low <= 13 && (first == 0 ? last == 0 : components == 1)
            : (first, last, high, low) == (0, 63, 0, 0);

    private static int Index(JpegFrame frame, byte id)
    {
        for (var i = 0; i < frame.Components.Count; i++)
        {
            if (frame.Components[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }
}
