namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>Limits of Arrow files and streams.</summary>
internal static class ArrowLimits
{
    /// <summary>Longest metadata of a message, and longest footer, in bytes, because it is held whole. 100,000 columns need 10 MB.</summary>
    public const int MetadataBytes = 16 * 1024 * 1024;

    /// <summary>Most fields of a schema, nested ones and dictionaries' included. Wide feature tables have tens of thousands.</summary>
    public const int Fields = 65_536;

    /// <summary>Deepest nesting of types: what Arrow C++ reads (<c>kMaxNestingDepth</c>).</summary>
    public const int Depth = 64;

    /// <summary>Most children of a union: their ids are not negative and have 8 bits.</summary>
    public const int UnionChildren = 128;

    /// <summary>Most entries of custom metadata in one place. Real schemas have under ten.</summary>
    public const int MetadataEntries = 4096;

    /// <summary>Most buffers of a record batch, because each is planned before the body comes: four for every field.</summary>
    public const int Buffers = 4 * Fields;

    /// <summary>Most batches in a file, because each is compared with the footer: 24 bytes each there, which leaves room for the schema.</summary>
    public const int Batches = 524_288;

    /// <summary>Most values of an array in one batch: what the columnar format recommends to stay under, and where 32-bit readers end.</summary>
    public const int Values = int.MaxValue;

    /// <summary>Largest buffer when decompressed, in bytes, because readers allocate what its prefix says.</summary>
    public const long DecompressedBytes = 2L * 1024 * 1024 * 1024;

    /// <summary>Largest sum of a batch's buffers when decompressed, in bytes: readers hold a batch at a time.</summary>
    public const long DecompressedBatchBytes = 8L * 1024 * 1024 * 1024;

    /// <summary>Longest validity bitmap that is held to know which indices of a dictionary count, in bytes: 64 million rows a batch.</summary>
    public const int ValidityBytes = 8 * 1024 * 1024;

    /// <summary>Columns that the summary names.</summary>
    public const int NamedColumns = 12;

    /// <summary>Extension types that findings name.</summary>
    public const int NamedExtensions = 16;
}
