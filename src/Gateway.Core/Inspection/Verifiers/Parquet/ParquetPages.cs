using System.IO.Hashing;

namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>
/// The pages of a chunk: each a header and as many bytes as it says, from the first byte of the chunk to its last (parquet-format, README "Column
/// chunks" and "Data Pages"). Values are not decoded.
/// </summary>
internal sealed class ParquetPages : ParquetSection, IDisposable
{
    private readonly ParquetRange range;
    private readonly ParquetPageCounts counts;
    private readonly ParquetLocations? locations;
    private readonly Crc32 crc = new();
    private byte[] header = [];
    private int headerBytes;
    private uint? expected;
    private long bodyAt;
    private long bodyLeft;

    public ParquetPages(ParquetRange range, byte[] footer)
    {
        this.range = range;
        counts = new ParquetPageCounts(range.Chunk, footer);
        locations = range.Chunk.HasOffsetIndex ? new ParquetLocations() : null;
    }

    public void Dispose() => locations?.Dispose();

    public override Finding? Append(ReadOnlySpan<byte> part, long at)
    {
        while (!part.IsEmpty)
        {
            var (taken, refusal) = bodyLeft > 0 ? Body(part) : Header(part, at);
            if (refusal is not null)
            {
                return refusal;
            }

            part = part[taken..];
            at += taken;
        }

        return null;
    }

    public override Finding? Complete()
    {
        if (headerBytes > 0 || bodyLeft > 0)
        {
            return Malformed(range.End, "a page that goes beyond its column");
        }

        if (locations is not null)
        {
            range.Chunk.Found = locations.Complete();
        }

        return counts.Complete(range.End);
    }

    private (int Taken, Finding? Refusal) Body(ReadOnlySpan<byte> part)
    {
        var taken = (int)Math.Min(part.Length, bodyLeft);
        bodyLeft -= taken;
        if (expected is not null)
        {
            crc.Append(part[..taken]);
        }

        return (taken, bodyLeft == 0 ? EndBody() : null);
    }

    private Finding? EndBody() =>
        expected is { } sum && crc.GetCurrentHashAsUInt32() != sum ? Malformed(bodyAt, "a page whose CRC-32 is not that of its bytes") : null;

    /// <summary>A header that the block cuts is held until it is complete.</summary>
    private (int Taken, Finding? Refusal) Header(ReadOnlySpan<byte> part, long at)
    {
        var held = headerBytes;
        var begin = at - held;
        if (held > 0)
        {
            Hold(part);
        }

        var bytes = held > 0 ? header.AsSpan(0, headerBytes) : part;
        var reader = new ThriftReader(bytes, begin);
        var fields = reader.Struct(ParquetShapes.PageHeader);
        if (reader.At > ParquetLimits.PageHeaderBytes || (reader.Ended && bytes.Length > ParquetLimits.PageHeaderBytes))
        {
            return (0, Findings.Refuse(
                RefusalCode.LimitExceeded, begin, $"Parquet: a page header of more than {Findings.Number(ParquetLimits.PageHeaderBytes)} bytes"));
        }

        if (reader.Ended)
        {
            if (held == 0)
            {
                Hold(part);
            }

            return (part.Length, null);
        }

        headerBytes = 0;
        return (reader.At - held, reader.Refusal ?? Begin(ParquetPage.Of(bytes, fields), begin, reader.At));
    }

    private void Hold(ReadOnlySpan<byte> part)
    {
        if (header.Length < headerBytes + part.Length)
        {
            Array.Resize(ref header, headerBytes + part.Length);
        }

        part.CopyTo(header.AsSpan(headerBytes));
        headerBytes += part.Length;
    }

    private Finding? Begin(ParquetPage? read, long begin, int headerLength)
    {
        if (read is not { } page)
        {
            return Malformed(begin, "a page header of two types or with impossible numbers");
        }

        bodyAt = begin + headerLength;
        if (page.CompressedBytes > range.End - bodyAt)
        {
            return Malformed(begin, "a page that goes beyond its column");
        }

        if (page.Type != ParquetPageType.Dictionary)
        {
            locations?.Add(begin, headerLength + page.CompressedBytes, range.Chunk.Column.MaximumRepetition == 0 ? counts.Values : 0);
        }

        if (counts.Add(page, begin, headerLength) is { } refusal)
        {
            return refusal;
        }

        expected = page.Crc;
        crc.Reset();
        bodyLeft = page.CompressedBytes;
        return bodyLeft == 0 ? EndBody() : null;
    }
}
