namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>A bloom filter: its header, then as many bytes as the header says, in blocks of 32 (parquet-format, BloomFilter.md).</summary>
internal sealed class ParquetBloomFilter(ParquetRange range) : ParquetSection
{
    private const int BlockBytes = 32;

    private readonly byte[] head = new byte[Math.Min(ParquetLimits.BloomFilterHeaderBytes, range.End - range.Begin)];

    /// <summary>Bytes of the filter that begins so; 0 where it is none.</summary>
    public static long LengthOf(ReadOnlySpan<byte> head)
    {
        var reader = new ThriftReader(head, 0);
        var bits = reader.Struct(ParquetShapes.BloomFilterHeader)[1].Number;
        return reader.Refusal is null && bits >= BlockBytes && bits % BlockBytes == 0 ? reader.At + bits : 0;
    }

    public override Finding? Append(ReadOnlySpan<byte> part, long at)
    {
        var skip = (int)Math.Min(at - range.Begin, head.Length);
        part[..Math.Min(part.Length, head.Length - skip)].CopyTo(head.AsSpan(skip));
        return null;
    }

    public override Finding? Complete() =>
        LengthOf(head) == range.End - range.Begin ? null : Malformed(range.Begin, "a bloom filter that does not fill its place");
}
