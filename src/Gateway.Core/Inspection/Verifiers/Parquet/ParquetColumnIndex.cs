namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Statistics of each data page of a chunk (parquet-format, PageIndex.md): lists with one element, or one histogram, a page.</summary>
internal sealed class ParquetColumnIndex(ParquetRange range) : ParquetHeld(range, ParquetShapes.ColumnIndex)
{
    protected override Finding? Check(ReadOnlySpan<byte> bytes, in ThriftFields fields)
    {
        Int128 pages = fields[1].Number;
        var isWhole = fields[2].Number == pages && fields[3].Number == pages
            && (!fields.Has(5) || fields[5].Number == pages)
            && (!fields.Has(6) || fields[6].Number == pages * (Chunk.Column.MaximumRepetition + 1))
            && (!fields.Has(7) || fields[7].Number == pages * (Chunk.Column.MaximumDefinition + 1))
            && (!fields.Has(8) || fields[8].Number == pages);
        Chunk.ColumnIndexPages = fields[1].Number;
        return isWhole ? null : Malformed(Begin, "a column index whose lists are not equally long");
    }
}
