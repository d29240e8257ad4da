namespace Gateway.Inspector.Decoding;

/// <summary>What decoding may hold at a time. They bound the low side's memory and change no report, so they are no part of the verifiers' version.</summary>
internal static class DecodingLimits
{
    /// <summary>Largest page of Parquet when decompressed, in bytes: one is held, with its values. Pages of a thousand images have some hundred megabytes.</summary>
    public const int PageBytes = 256 << 20;

    /// <summary>Most values in a page of Parquet, nulls included: each takes up to 24 bytes for itself and its levels, whatever it took in the file.</summary>
    public const int PageValues = 16 << 20;

    /// <summary>Decompressed bytes, and values at 24 bytes each, that are decoded in one go: a dictionary is decoded again for each.</summary>
    public const long BatchBytes = 32 << 20;

    /// <summary>Largest record batch of Arrow with its dictionaries, in bytes: its body, and its buffers when decompressed.</summary>
    public const long RecordBatchBytes = 1L << 30;
}
