namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>The limits of Parquet. A change of any of them is a new version of its row in <see cref="FormatTable"/>.</summary>
internal static class ParquetLimits
{
    /// <summary>
    /// Longest footer, in bytes, because it is held in memory until the file ends. A row group costs some 150 bytes a column: a thousand row groups of
    /// a hundred columns need 15 MB.
    /// </summary>
    public const int FooterBytes = 32 * 1024 * 1024;

    /// <summary>Most schema elements, because each is remembered; as many as a CSV may have columns.</summary>
    public const int Elements = 100_000;

    /// <summary>Deepest nesting of a schema. Readers recurse over it; a list of a struct of a map needs 8.</summary>
    public const int Depth = 64;

    /// <summary>Longest name of a column or group, in bytes of UTF-8.</summary>
    public const int NameBytes = 1024;

    /// <summary>Most column chunks in all row groups, because some 150 bytes of each are kept until the file ends.</summary>
    public const int Chunks = 250_000;

    /// <summary>Longest page header, in bytes: it is held until it is complete. Writers leave statistics of more than 4 KiB out.</summary>
    public const int PageHeaderBytes = 256 * 1024;

    /// <summary>Longest column index, offset index or repeated column metadata, in bytes: each is held until it is complete, one at a time.</summary>
    public const int IndexBytes = 16 * 1024 * 1024;

    /// <summary>Longest bloom filter with its header, in bytes: what Arrow writes at most (kMaximumBloomFilterBytes), and room for the header.</summary>
    public const int BloomFilterBytes = (128 * 1024 * 1024) + BloomFilterHeaderBytes;

    /// <summary>Longest header of a bloom filter, in bytes: it has one number and three empty choices, 15 bytes.</summary>
    public const int BloomFilterHeaderBytes = 64;

    /// <summary>Largest page when decompressed, in bytes: readers hold one. Pages of images are the largest, at some hundred megabytes.</summary>
    public const int PageBytes = 1024 * 1024 * 1024;

    /// <summary>Decompressed bytes of a page that any compressed size may give: what is smaller is no bomb, and constant pages compress well.</summary>
    public const int RatioFreeBytes = 1024 * 1024;

    /// <summary>A value of key-value metadata longer than this, in bytes, is told of. Schemas that Arrow and pandas keep there are shorter.</summary>
    public const int LongMetadataBytes = 64 * 1024;

    /// <summary>Most columns that the summary names.</summary>
    public const int SummaryColumns = 16;
}
