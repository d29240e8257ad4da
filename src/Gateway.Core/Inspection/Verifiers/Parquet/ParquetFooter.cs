namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>What the footer says: a FileMetaData that fills it, whose counts and sizes agree with each other.</summary>
internal sealed class ParquetFooter
{
    private ParquetFooter(byte[] bytes, long offset)
    {
        Bytes = bytes;
        Offset = offset;
    }

    /// <summary>Itself.</summary>
    public byte[] Bytes { get; }

    /// <summary>Where in the file it begins.</summary>
    public long Offset { get; }

    public IReadOnlyList<ParquetColumn> Columns { get; private set; } = [];

    public ParquetMetadata Metadata { get; } = new();

    public long Rows { get; private set; }

    public long RowGroups { get; private set; }

    /// <summary>Codecs of its chunks, one bit each.</summary>
    public uint Codecs { get; private set; }

    /// <summary>What wrote it, quoted; null where it does not say.</summary>
    public string? CreatedBy { get; private set; }

    /// <summary>Every range that belongs to a chunk, in the order of the footer; the length of a bloom filter may still be unknown.</summary>
    public List<ParquetRange> Ranges { get; } = [];

    /// <summary>Every chunk, in the order of the footer.</summary>
    public List<ParquetChunk> Chunks { get; } = [];

    /// <summary>Reads a footer that begins at an offset of the file.</summary>
    public static Finding? Read(byte[] bytes, long offset, out ParquetFooter footer)
    {
        footer = new ParquetFooter(bytes, offset);
        return footer.Read();
    }

    private Finding? Read()
    {
        var reader = new ThriftReader(Bytes, Offset);
        var file = reader.Struct(ParquetShapes.FileMetaData);
        if (reader.Refusal is { } refusal)
        {
            return refusal;
        }

        if (reader.At != Bytes.Length)
        {
            return Malformed(reader.At, "bytes in the footer behind its metadata");
        }

        if ((ParquetSchema.Read(Bytes, Offset, file[2], out var columns) ?? Metadata.Read(Bytes, Offset, file[5])) is { } wrong)
        {
            return wrong;
        }

        Columns = columns;
        Rows = file[3].Number;
        RowGroups = file[4].Number;
        CreatedBy = file.Has(6) ? Findings.Quote(reader.Bytes(file[6])) : null;
        if (file.Has(7) && file[7].Number != columns.Count)
        {
            return Malformed(file[7].Begin, "not one column order for each column");
        }

        return ReadRowGroups(file[4]);
    }

    private Finding? ReadRowGroups(ThriftSlot list)
    {
        var reader = new ThriftReader(Bytes, Offset) { At = list.Begin };
        var rows = Int128.Zero;
        for (var i = 0; i < list.Number; i++)
        {
            var group = reader.Struct(ParquetShapes.RowGroup);
            if (ReadRowGroup(group, i) is { } refusal)
            {
                return refusal;
            }

            rows += group[3].Number;
        }

        return rows == Rows && Rows >= 0 ? null : Malformed(list.Begin, "its row groups have not as many rows in all as it claims");
    }

    private Finding? ReadRowGroup(in ThriftFields group, int ordinal)
    {
        if (group[1].Number != Columns.Count)
        {
            return Malformed(group[1].Begin, $"a row group of {Findings.Number(group[1].Number)} columns; the schema has {Findings.Number(Columns.Count)}");
        }

        if (Chunks.Count + group[1].Number > ParquetLimits.Chunks)
        {
            return Findings.Refuse(
                RefusalCode.LimitExceeded, Offset + group[1].Begin, $"Parquet: more than {Findings.Number(ParquetLimits.Chunks)} column chunks");
        }

        if (group[3].Number < 0 || group.Number(7, ordinal) != ordinal || !IsPlace(group.Number(5, 0)))
        {
            return Malformed(group[3].Begin, "a row group with negative rows, another ordinal than its place, or an offset outside the file");
        }

        var reader = new ThriftReader(Bytes, Offset) { At = group[1].Begin };
        var (uncompressed, compressed) = (Int128.Zero, Int128.Zero);
        foreach (var column in Columns)
        {
            if (new ParquetChunkReader(this, column, group[3].Number).Read(reader.Struct(ParquetShapes.ColumnChunk)) is { } wrong)
            {
                return wrong;
            }

            var read = Chunks[^1];
            Codecs |= 1u << (int)read.Codec;
            uncompressed += read.UncompressedBytes;
            compressed += read.End - read.Begin;
        }

        return uncompressed != group[2].Number || (group.Has(6) && group[6].Number != compressed)
            ? Malformed(group[2].Begin, "a row group whose sizes are not the sums of its columns'")
            : Sorting(group);
    }

    private Finding? Sorting(in ThriftFields group)
    {
        var reader = new ThriftReader(Bytes, Offset) { At = group[4].Begin };
        for (var i = 0L; i < group[4].Number; i++)
        {
            var column = reader.Struct(ParquetShapes.SortingColumn)[1].Number;
            if (column < 0 || column >= Columns.Count)
            {
                return Malformed(reader.At, "rows sorted by a column that is not there");
            }
        }

        return null;
    }

    /// <summary>True for an offset that a reader may go to, or the 0 of writers that say nothing.</summary>
    public bool IsPlace(long offset) => offset >= 0 && offset <= Offset;

    private Finding Malformed(int at, string message) => Findings.Refuse(RefusalCode.FormatMalformed, Offset + at, $"Parquet: {message}");
}
