namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>An element of the schema below its root; the chain of parents is its path.</summary>
/// <param name="Parent">The group that holds it; null below the root.</param>
/// <param name="Name">Where its name lies in the footer.</param>
/// <param name="Depth">Names in its path.</param>
internal sealed record ParquetNode(ParquetNode? Parent, ThriftSlot Name, int Depth);
