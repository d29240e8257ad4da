namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Reads one range as it comes by.</summary>
internal abstract class ParquetSection
{
    /// <summary>The next bytes of the range, which lie at an offset of the file.</summary>
    public abstract Finding? Append(ReadOnlySpan<byte> part, long at);

    /// <summary>The range ended.</summary>
    public abstract Finding? Complete();

    protected static Finding Malformed(long at, string message) => Findings.Refuse(RefusalCode.FormatMalformed, at, $"Parquet: {message}");
}
