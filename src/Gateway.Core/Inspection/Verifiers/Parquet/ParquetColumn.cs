namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>A leaf of the schema.</summary>
/// <param name="Path">Names from below the root to the leaf.</param>
/// <param name="Type">Its physical type.</param>
/// <param name="TypeName">What approvers are told: the logical type, or the physical one.</param>
/// <param name="MaximumRepetition">Repeated groups on its path, itself included; 0 where each row has one value.</param>
/// <param name="MaximumDefinition">Optional and repeated groups on its path, itself included.</param>
internal sealed record ParquetColumn(ParquetNode Path, ParquetType Type, string TypeName, int MaximumRepetition, int MaximumDefinition);
