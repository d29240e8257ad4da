namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Bytes between the magic and the footer that belong to a column chunk.</summary>
/// <param name="Begin">The first.</param>
/// <param name="End">The one behind them.</param>
/// <param name="Kind">What they are.</param>
/// <param name="Chunk">Whose.</param>
internal readonly record struct ParquetRange(long Begin, long End, ParquetRangeKind Kind, ParquetChunk Chunk);
