namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Lays out the ranges of a footer: they cover the bytes between the magic and the footer without gap or overlap.</summary>
internal static class ParquetLayout
{
    public static Finding? Of(ParquetFooter footer, ContentReader read, out ParquetRange[] layout)
    {
        layout = [];
        var ranges = footer.Ranges;
        if (FindBloomFilters(ranges, footer.Offset, read) is { } refusal)
        {
            return refusal;
        }

        ranges.Sort((a, b) => (a.Begin, a.End, a.Kind).CompareTo((b.Begin, b.End, b.Kind)));
        var covered = new List<ParquetRange>(ranges.Count);
        long next = ParquetVerifier.Magic.Length;
        foreach (var range in ranges)
        {
            if (range.Begin < next)
            {
                return Malformed(range.Begin, "columns or indexes that overlap");
            }

            if (range.Begin > next && !Fill(covered, next, range.Begin))
            {
                return Malformed(next, "bytes that belong to no column");
            }

            covered.Add(range);
            next = range.End;
        }

        if (next < footer.Offset && !Fill(covered, next, footer.Offset))
        {
            return Malformed(next, "bytes that belong to no column");
        }

        layout = [.. covered];
        return null;
    }

    /// <summary>Behind the pages of a chunk may lie its metadata once more.</summary>
    private static bool Fill(List<ParquetRange> covered, long begin, long end)
    {
        if (covered.Count == 0 || covered[^1].Kind != ParquetRangeKind.Pages || end - begin > ParquetLimits.IndexBytes)
        {
            return false;
        }

        covered.Add(new ParquetRange(begin, end, ParquetRangeKind.Repeated, covered[^1].Chunk));
        return true;
    }

    /// <summary>Older writers give no length, so the filter's header is read ahead; it is read again when it comes by.</summary>
    private static Finding? FindBloomFilters(List<ParquetRange> ranges, long end, ContentReader read)
    {
        Span<byte> head = stackalloc byte[ParquetLimits.BloomFilterHeaderBytes];
        for (var i = 0; i < ranges.Count; i++)
        {
            var range = ranges[i];
            if (range.End > range.Begin)
            {
                continue;
            }

            var taken = read(range.Begin, head[..(int)Math.Min(head.Length, end - range.Begin)]);
            var length = ParquetBloomFilter.LengthOf(head[..taken]);
            if (length == 0 || length > Math.Min(end - range.Begin, ParquetLimits.BloomFilterBytes))
            {
                return Malformed(range.Begin, "a bloom filter that is none, or is not within the file");
            }

            ranges[i] = range with { End = range.Begin + length };
        }

        return null;
    }

    private static Finding Malformed(long at, string message) => Findings.Refuse(RefusalCode.FormatMalformed, at, $"Parquet: {message}");
}
