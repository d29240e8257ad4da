namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>What lies between the magic and the footer.</summary>
internal enum ParquetRangeKind
{
    Pages,
    ColumnIndex,
    OffsetIndex,
    BloomFilter,

    /// <summary>The chunk's metadata once more, behind its pages: what Arrow wrote before version 18.</summary>
    Repeated,
}
