namespace Gateway.Core.Inspection.Scanning;

/// <summary>
/// One text in blocks of any size, to a scan that sees no border between them. Around a border the end of what came and the beginning of what
/// comes are put together; all else is scanned where it lies.
/// </summary>
internal sealed class TextStream(TextScan scan)
{
    /// <summary>Bytes around a place that its anchor may need.</summary>
    private const int Around = TextLimits.Behind + TextLimits.Ahead;

    /// <summary>The end of what came, and then the beginning of what comes.</summary>
    private readonly byte[] seam = new byte[2 * Around];

    private int kept;

    /// <summary>How many of the kept bytes were scanned, and are there for what stands behind them.</summary>
    private int scanned;

    /// <summary>The next block, and its offset in the file.</summary>
    public void Append(ReadOnlySpan<byte> block, long offset)
    {
        var seamAt = offset - kept;
        var taken = Math.Min(block.Length, Around);
        block[..taken].CopyTo(seam.AsSpan(kept));
        var joined = seam.AsSpan(0, kept + taken);
        if (taken == block.Length)
        {
            Scan(joined, Math.Max(scanned, joined.Length - TextLimits.Ahead), seamAt);
            Keep(joined);
            return;
        }

        // What stands further on in the block has all that it needs in the block.
        Scan(joined, Math.Max(scanned, kept + TextLimits.Behind), seamAt);
        scanned -= kept;
        kept = 0;
        Scan(block, Math.Max(scanned, block.Length - TextLimits.Ahead), offset);
        Keep(block);
    }

    /// <summary>The text ended at an offset of the file.</summary>
    public void Complete(long end) => Scan(seam.AsSpan(0, kept), kept, end - kept);

    private void Scan(ReadOnlySpan<byte> text, int to, long offset)
    {
        scan.Part(text, scanned, to, offset);
        scanned = to;
    }

    private void Keep(ReadOnlySpan<byte> text)
    {
        var drop = Math.Max(0, scanned - TextLimits.Behind);
        text[drop..].CopyTo(seam);
        kept = text.Length - drop;
        scanned -= drop;
    }
}
