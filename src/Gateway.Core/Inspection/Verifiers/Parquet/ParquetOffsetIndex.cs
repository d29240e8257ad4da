namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Where each data page of a chunk lies (parquet-format, PageIndex.md). It is compared with the pages when all have been seen.</summary>
internal sealed class ParquetOffsetIndex(ParquetRange range) : ParquetHeld(range, ParquetShapes.OffsetIndex)
{
    protected override Finding? Check(ReadOnlySpan<byte> bytes, in ThriftFields fields)
    {
        using var locations = new ParquetLocations();
        var reader = new ThriftReader(bytes, Begin) { At = fields[1].Begin };
        var last = -1L;
        for (var i = 0L; i < fields[1].Number; i++)
        {
            var page = reader.Struct(ParquetShapes.PageLocation);
            var row = page[3].Number;
            if (row <= last || (i == 0 && row != 0) || row >= Math.Max(Chunk.Rows, 1))
            {
                return Malformed(Begin + reader.At, "an offset index whose pages do not begin at rows in ascending order");
            }

            last = row;
            locations.Add(page[1].Number, page[2].Number, Chunk.Column.MaximumRepetition == 0 ? row : 0);
        }

        if (fields.Has(2) && fields[2].Number != fields[1].Number)
        {
            return Malformed(Begin, "an offset index whose lists are not equally long");
        }

        Chunk.Indexed = locations.Complete();
        return null;
    }
}
