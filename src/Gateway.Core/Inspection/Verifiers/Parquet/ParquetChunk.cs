namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>A column chunk: what the footer says of it, and what was found where it lies.</summary>
internal sealed class ParquetChunk
{
    public required ParquetColumn Column { get; init; }

    /// <summary>Its ColumnMetaData in the footer.</summary>
    public required ThriftSlot MetaData { get; init; }

    public required ParquetCodec Codec { get; init; }

    /// <summary>Encodings that its pages may have, one bit each.</summary>
    public required uint Encodings { get; init; }

    /// <summary>Rows of its row group.</summary>
    public required long Rows { get; init; }

    public required long Values { get; init; }

    /// <summary>Bytes of all its pages when decompressed, and of their headers.</summary>
    public required long UncompressedBytes { get; init; }

    public required long Begin { get; init; }

    public required long End { get; init; }

    /// <summary>Where its first data page begins.</summary>
    public required long DataAt { get; init; }

    /// <summary>Where its dictionary page begins; 0 where it has none.</summary>
    public required long DictionaryAt { get; init; }

    public bool HasOffsetIndex { get; init; }

    public bool HasColumnIndex { get; init; }

    /// <summary>Data pages found, and a digest over where they lie.</summary>
    public (long Pages, Digest Locations) Found { get; set; }

    /// <summary>The same by the offset index.</summary>
    public (long Pages, Digest Locations) Indexed { get; set; }

    /// <summary>Data pages by the column index.</summary>
    public long ColumnIndexPages { get; set; }
}
