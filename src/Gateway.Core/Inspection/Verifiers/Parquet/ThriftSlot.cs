namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Where a value lies in the bytes that were read.</summary>
/// <param name="Begin">Its first byte; of a list, that of the first element.</param>
/// <param name="End">The byte behind it.</param>
/// <param name="Number">The number or truth itself; the count of a list.</param>
internal readonly record struct ThriftSlot(int Begin, int End, long Number);
