namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>A range that is one Thrift struct, held until it is complete; its length was capped when the footer was read.</summary>
internal abstract class ParquetHeld(ParquetRange range, ThriftShape shape) : ParquetSection
{
    private readonly byte[] held = new byte[range.End - range.Begin];

    protected ParquetChunk Chunk => range.Chunk;

    protected long Begin => range.Begin;

    public override Finding? Append(ReadOnlySpan<byte> part, long at)
    {
        part.CopyTo(held.AsSpan((int)(at - range.Begin)));
        return null;
    }

    public override Finding? Complete()
    {
        var reader = new ThriftReader(held, range.Begin);
        var fields = reader.Struct(shape);
        if (reader.Refusal is { } refusal)
        {
            return refusal;
        }

        return reader.At == held.Length ? Check(held, fields) : Malformed(range.Begin + reader.At, "bytes behind a struct that are not part of it");
    }

    /// <summary>Compares what was read, which is well-formed, with what is known of its chunk.</summary>
    protected abstract Finding? Check(ReadOnlySpan<byte> bytes, in ThriftFields fields);
}
