namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>
/// A ColumnChunk behind the pages that it describes. Arrow wrote one before version 18 (apache/arrow, SerializedPageWriter::Close), so most published
/// files have them. Readers look at the footer alone; what is not a copy of the footer's is refused.
/// </summary>
internal sealed class ParquetRepeated(ParquetRange range, byte[] footer) : ParquetHeld(range, ParquetShapes.ColumnChunk)
{
    protected override Finding? Check(ReadOnlySpan<byte> bytes, in ThriftFields fields)
    {
        var copy = new ThriftReader(bytes, Begin) { At = fields[3].Begin };
        var original = new ThriftReader(footer, 0) { At = Chunk.MetaData.Begin };
        var (copied, meta) = (copy.Struct(ParquetShapes.ColumnMetaData), original.Struct(ParquetShapes.ColumnMetaData));
        for (var id = 1; id < ThriftFields.Slots; id++)
        {
            // The footer may say more: where the bloom filter came to lie was not known when the copy was written.
            if (copied.Has(id) && (!meta.Has(id) || copied[id].Number != meta[id].Number || !copy.Bytes(copied[id]).SequenceEqual(original.Bytes(meta[id]))))
            {
                return Malformed(Begin, "bytes behind a column's pages that do not repeat its metadata");
            }
        }

        return (fields.Present & ~0b1100u) == 0 && fields[2].Number >= 0 && fields[2].Number <= Begin
            ? null
            : Malformed(Begin, "bytes behind a column's pages that say more than its metadata");
    }
}
