namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Checks each page of a chunk against what the footer says of the chunk, and their sums when all have been seen.</summary>
internal sealed class ParquetPageCounts(ParquetChunk chunk, byte[] footer)
{
    /// <summary>One more than the highest encoding.</summary>
    private const int Encodings = 10;

    private const string Bomb = "a page that decompresses to more than its compression can hold";

    private readonly long[] seen = new long[2 * Encodings];
    private long rows;
    private bool hasRows = true;
    private long uncompressed;
    private long pages;
    private long dataPages;

    /// <summary>Values of the data pages so far.</summary>
    public long Values { get; private set; }

    /// <summary>The page that begins at an offset.</summary>
    public Finding? Add(in ParquetPage page, long at, int headerBytes)
    {
        if (page.UncompressedBytes > ParquetLimits.PageBytes)
        {
            return Findings.Refuse(
                RefusalCode.LimitExceeded, at, $"Parquet: a page of more than {Findings.Number(ParquetLimits.PageBytes)} bytes when decompressed");
        }

        var wrong = Size(page) ?? (page.Type == ParquetPageType.Dictionary ? Dictionary(page, at) : Data(page, at));
        if (wrong is not null)
        {
            return wrong is Bomb ? Findings.Refuse(RefusalCode.LimitExceeded, at, $"Parquet: {wrong}") : Malformed(at, wrong);
        }

        pages++;
        uncompressed += headerBytes + page.UncompressedBytes;
        seen[Place((int)page.Type, (int)page.Encoding)]++;
        return null;
    }

    public Finding? Complete(long end)
    {
        if (Values != chunk.Values || uncompressed != chunk.UncompressedBytes)
        {
            return Malformed(end, "a column whose pages have not the values or decompressed bytes in all that its metadata claims");
        }

        if (hasRows && dataPages > 0 && rows != chunk.Rows)
        {
            return Malformed(end, "a column whose pages have not as many rows in all as its row group");
        }

        return Statistics() ? null : Malformed(end, "a column whose pages are not of the types and encodings that its metadata counts");
    }

    private string? Size(in ParquetPage page)
    {
        var compressed = page.CompressedBytes - page.LevelBytes;
        var uncompressed = page.UncompressedBytes - page.LevelBytes;
        if (chunk.Codec == ParquetCodec.Uncompressed || !page.IsCompressed)
        {
            return compressed == uncompressed ? null : "a page that is not compressed and has two sizes";
        }

        return uncompressed - ParquetLimits.RatioFreeBytes > compressed * MaximumRatio(chunk.Codec) ? Bomb : null;
    }

    /// <summary>What a codec can reach by its own format; where that is beyond every use, more than any data but a constant gives.</summary>
    private static int MaximumRatio(ParquetCodec codec) => codec switch
    {
        // 64 bytes from a copy of three.
        ParquetCodec.Snappy => 22,
        // 255 bytes from each byte of a length.
        ParquetCodec.Lz4Raw => 255,
        // 258 bytes from two bits.
        ParquetCodec.Gzip => 1032,
        _ => 10_000,
    };

    private string? Dictionary(in ParquetPage page, long at) =>
        pages > 0 || at != chunk.DictionaryAt ? "a dictionary that is not the first page, or not where the metadata says"
        : page.Encoding is not (ParquetEncoding.Plain or ParquetEncoding.PlainDictionary) ? "a dictionary that is not in plain encoding"
        : null;

    private string? Data(in ParquetPage page, long at)
    {
        if (pages == 0 && chunk.DictionaryAt != 0)
        {
            return "no dictionary where the metadata says";
        }

        if (dataPages == 0 && at != chunk.DataAt)
        {
            return "the first data page is not where the metadata says";
        }

        if ((chunk.Encodings >> (int)page.Encoding & 1) == 0 || !Fits(page.Encoding))
        {
            return "a page in an encoding that its metadata does not list, or that its type cannot have";
        }

        if (chunk.Column.MaximumRepetition == 0 && page.Rows >= 0 && page.Rows != page.Values)
        {
            return "a page with other rows than values in a column that does not repeat";
        }

        dataPages++;
        Values += page.Values;
        rows += Math.Max(page.Rows, 0);
        hasRows &= page.Rows >= 0;
        return null;
    }

    /// <summary>Encodings.md: which types each encoding supports.</summary>
    private bool Fits(ParquetEncoding encoding) => encoding switch
    {
        ParquetEncoding.Plain => true,
        ParquetEncoding.PlainDictionary or ParquetEncoding.RleDictionary => chunk.DictionaryAt != 0,
        ParquetEncoding.Rle => chunk.Column.Type == ParquetType.Boolean,
        ParquetEncoding.DeltaBinaryPacked => chunk.Column.Type is ParquetType.Int32 or ParquetType.Int64,
        ParquetEncoding.DeltaLengthByteArray => chunk.Column.Type == ParquetType.ByteArray,
        ParquetEncoding.DeltaByteArray => chunk.Column.Type is ParquetType.ByteArray or ParquetType.FixedLenByteArray,
        ParquetEncoding.ByteStreamSplit => chunk.Column.Type is not (ParquetType.Boolean or ParquetType.Int96 or ParquetType.ByteArray),
        _ => false,
    };

    /// <summary>True where the metadata counts no pages, or exactly those.</summary>
    private bool Statistics()
    {
        var meta = new ThriftReader(footer, 0) { At = chunk.MetaData.Begin }.Struct(ParquetShapes.ColumnMetaData);
        if (!meta.Has(13))
        {
            return true;
        }

        var reader = new ThriftReader(footer, 0) { At = meta[13].Begin };
        for (var i = 0L; i < meta[13].Number; i++)
        {
            var entry = reader.Struct(ParquetShapes.PageEncodingStats);
            seen[Place(entry[1].Number, entry[2].Number)] -= entry[3].Number;
        }

        return Array.TrueForAll(seen, count => count == 0);
    }

    /// <summary>Arrow counts data pages of version 2 as those of version 1.</summary>
    private static long Place(long type, long encoding) => (type == (long)ParquetPageType.Dictionary ? Encodings : 0) + encoding;

    private static Finding Malformed(long at, string message) => Findings.Refuse(RefusalCode.FormatMalformed, at, $"Parquet: {message}");
}
