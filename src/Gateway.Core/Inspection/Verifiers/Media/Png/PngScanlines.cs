namespace Gateway.Core.Inspection.Verifiers.Media.Png;

/// <summary>The bytes that a header implies: rows of a filter type and packed samples, in one pass or Adam7's seven (PNG, 7.2, 8.1, 9.2).</summary>
internal sealed class PngScanlines
{
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private readonly List<(long RowBytes, long Rows)> passes = [];
    private int pass;
    private long row;
    private long rowLeft;

    public PngScanlines(PngHeader header)
    {
        foreach (var (x, y, stepX, stepY) in header.Interlaced ? Adam7 : [(0, 0, 1, 1)])
        {
            var columns = (header.Width - x + stepX - 1) / stepX;
            var rows = (header.Height - y + stepY - 1) / stepY;
            if (columns > 0 && rows > 0)
            {
                passes.Add((((columns * header.Samples * header.Depth) + 7) / 8, rows));
            }
        }
    }

    /// <summary>True when every row is complete.</summary>
    public bool IsComplete => pass == passes.Count && rowLeft == 0;

    /// <summary>Takes inflated bytes; what is wrong with them, or null.</summary>
    public string? Append(ReadOnlySpan<byte> pixels)
    {
        while (!pixels.IsEmpty)
        {
            if (rowLeft == 0)
            {
                if (pass == passes.Count)
                {
                    return "more pixels than its header asks for";
                }

                if (pixels[0] > 4)
                {
                    return "a row of pixels with a filter that does not exist";
                }

                BeginRow();
                pixels = pixels[1..];
            }

            var taken = (int)Math.Min(rowLeft, pixels.Length);
            rowLeft -= taken;
            pixels = pixels[taken..];
        }

        return null;
    }

    private void BeginRow()
    {
        var (rowBytes, rows) = passes[pass];
        rowLeft = rowBytes;
        if (++row == rows)
        {
            pass++;
            row = 0;
        }
    }
}
