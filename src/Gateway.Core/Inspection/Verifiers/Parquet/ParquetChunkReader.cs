namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Reads one ColumnChunk of the footer, which was found well-formed, and adds it and its ranges to the footer.</summary>
internal readonly ref struct ParquetChunkReader(ParquetFooter footer, ParquetColumn column, long rows)
{
    private readonly ReadOnlySpan<byte> bytes = footer.Bytes;

    public Finding? Read(in ThriftFields chunk)
    {
        var at = chunk[3].Begin;
        var meta = new ThriftReader(bytes, footer.Offset) { At = at }.Struct(ParquetShapes.ColumnMetaData);
        if (meta[1].Number != (long)column.Type || !ParquetPath.Is(bytes, column.Path, meta[3]))
        {
            return Malformed(at, "its metadata has another type or path than the schema");
        }

        var codec = (ParquetCodec)meta[4].Number;
        if (codec is ParquetCodec.Lzo or ParquetCodec.Lz4)
        {
            return Refuse(
                RefusalCode.FormatUnknown,
                at,
                $"compressed with {codec.ToString().ToUpperInvariant()}, which readers frame differently; use ZSTD, SNAPPY, GZIP, BROTLI or LZ4_RAW");
        }

        var (values, size) = (meta[5].Number, meta[7].Number);
        if (values < 0 || size < 0 || meta[6].Number < 0 || (column.MaximumRepetition == 0 ? values != rows : values < rows))
        {
            return Malformed(at, "its sizes are negative, or its values not as many as the rows ask for");
        }

        // Writers that never wrote an index page say 0 or nothing.
        if (meta.Number(10, 0) != 0 || !footer.IsPlace(chunk[2].Number))
        {
            return Malformed(at, "it has an index page, or an offset outside the file");
        }

        var begin = meta.Number(11, meta[9].Number);
        var isEmpty = size == 0 && values == 0 && !meta.Has(11);
        if (!isEmpty && (begin < ParquetVerifier.Magic.Length || size > footer.Offset - begin
            || (meta.Has(11) && meta[9].Number <= begin && !(meta[9].Number == 0 && values == 0))))
        {
            return Malformed(at, "its pages are not within the file, or its dictionary is not before them");
        }

        begin = isEmpty ? 0 : begin;
        var read = new ParquetChunk
        {
            Column = column,
            MetaData = chunk[3],
            Codec = codec,
            Encodings = Encodings(meta[2]),
            Rows = rows,
            Values = values,
            UncompressedBytes = meta[6].Number,
            Begin = begin,
            End = begin + size,
            DataAt = meta[9].Number,
            DictionaryAt = meta.Number(11, 0),
            HasOffsetIndex = chunk.Has(4),
            HasColumnIndex = chunk.Has(6),
        };
        footer.Chunks.Add(read);
        if (size > 0)
        {
            footer.Ranges.Add(new ParquetRange(begin, begin + size, ParquetRangeKind.Pages, read));
        }

        return footer.Metadata.Read(bytes, footer.Offset, meta[8]) ?? Indexes(chunk, meta, read);
    }

    private Finding? Indexes(in ThriftFields chunk, in ThriftFields meta, ParquetChunk read)
    {
        if (chunk.Has(4) != chunk.Has(5) || chunk.Has(6) != chunk.Has(7) || (chunk.Has(6) && !chunk.Has(4)) || (meta.Has(15) && !meta.Has(14)))
        {
            return Malformed(chunk[3].Begin, "an index without its offset or length, or a column index without an offset index");
        }

        return (chunk.Has(4) ? Add(chunk[4], chunk[5].Number, ParquetRangeKind.OffsetIndex, read) : null)
            ?? (chunk.Has(6) ? Add(chunk[6], chunk[7].Number, ParquetRangeKind.ColumnIndex, read) : null)
            ?? (meta.Has(14) ? Add(meta[14], meta.Has(15) ? meta[15].Number : null, ParquetRangeKind.BloomFilter, read) : null);
    }

    /// <summary>A bloom filter of unknown length is added as a range without bytes.</summary>
    private Finding? Add(ThriftSlot begin, long? length, ParquetRangeKind kind, ParquetChunk read)
    {
        if (begin.Number < ParquetVerifier.Magic.Length || length < 1 || (length ?? 1) > footer.Offset - begin.Number)
        {
            return Malformed(begin.Begin, "an index or bloom filter that is not within the file");
        }

        var most = kind == ParquetRangeKind.BloomFilter ? ParquetLimits.BloomFilterBytes : ParquetLimits.IndexBytes;
        if (length > most)
        {
            return Refuse(RefusalCode.LimitExceeded, begin.Begin, $"an index or bloom filter of more than {Findings.Number(most)} bytes");
        }

        footer.Ranges.Add(new ParquetRange(begin.Number, begin.Number + (length ?? 0), kind, read));
        return null;
    }

    private uint Encodings(ThriftSlot list)
    {
        var reader = new ThriftReader(bytes, 0) { At = list.Begin };
        var encodings = 0u;
        for (var i = 0L; i < list.Number; i++)
        {
            encodings |= 1u << (int)reader.Number();
        }

        return encodings;
    }

    private Finding Malformed(int at, string message) => Refuse(RefusalCode.FormatMalformed, at, message);

    private Finding Refuse(RefusalCode code, int at, string message) =>
        Findings.Refuse(code, footer.Offset + at, $"Parquet: column {ParquetPath.Quote(bytes, column.Path)}: {message}");
}
