namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>The header of a page.</summary>
/// <param name="Type">Which page.</param>
/// <param name="Encoding">Of its values.</param>
/// <param name="Values">Nulls included; of a dictionary, its entries.</param>
/// <param name="Rows">Rows, which only version 2 says; -1 otherwise.</param>
/// <param name="UncompressedBytes">Bytes when decompressed, without the header.</param>
/// <param name="CompressedBytes">Bytes in the file, without the header.</param>
/// <param name="LevelBytes">Bytes of levels before the values, which version 2 never compresses; 0 otherwise.</param>
/// <param name="IsCompressed">False where version 2 says so; the codec decides otherwise.</param>
/// <param name="Crc">CRC-32 of its bytes in the file; null where none is given.</param>
internal readonly record struct ParquetPage(
    ParquetPageType Type,
    ParquetEncoding Encoding,
    long Values,
    long Rows,
    long UncompressedBytes,
    long CompressedBytes,
    long LevelBytes,
    bool IsCompressed,
    uint? Crc)
{
    /// <summary>Reads a header that was found well-formed; null where it is not that of one page, or its numbers cannot be.</summary>
    public static ParquetPage? Of(ReadOnlySpan<byte> bytes, in ThriftFields header)
    {
        const uint headers = 0b1_1110_0000;
        var type = (ParquetPageType)header[1].Number;
        var id = type switch { ParquetPageType.Data => 5, ParquetPageType.Dictionary => 7, _ => 8 };
        if ((header.Present & headers) != 1u << id)
        {
            return null;
        }

        var reader = new ThriftReader(bytes, 0) { At = header[id].Begin };
        var page = new ParquetPage
        {
            Type = type,
            UncompressedBytes = header[2].Number,
            CompressedBytes = header[3].Number,
            Rows = -1,
            IsCompressed = true,
            Crc = header.Has(4) ? unchecked((uint)header[4].Number) : null,
        };
        page = type == ParquetPageType.DataV2 ? OfV2(page, reader.Struct(ParquetShapes.DataPageHeaderV2))
            : Of(page, reader.Struct(type == ParquetPageType.Data ? ParquetShapes.DataPageHeader : ParquetShapes.DictionaryPageHeader));
        return page.Values < 0 || page.UncompressedBytes < page.LevelBytes || page.CompressedBytes < page.LevelBytes ? null : page;
    }

    private static ParquetPage Of(ParquetPage page, in ThriftFields fields) =>
        page with { Values = fields[1].Number, Encoding = (ParquetEncoding)fields[2].Number };

    private static ParquetPage OfV2(ParquetPage page, in ThriftFields fields)
    {
        var (values, nulls, rows, definition, repetition) =
            (fields[1].Number, fields[2].Number, fields[3].Number, fields[5].Number, fields[6].Number);
        var isSound = nulls >= 0 && nulls <= values && rows >= 0 && rows <= values && definition >= 0 && repetition >= 0;
        return page with
        {
            Values = isSound ? values : -1,
            Rows = rows,
            Encoding = (ParquetEncoding)fields[4].Number,
            LevelBytes = definition + repetition,
            IsCompressed = fields.Number(7, 1) == 1,
        };
    }
}
