namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Types of Thrift that parquet.thrift uses.</summary>
internal enum ThriftKind
{
    Boolean,
    I8,
    I16,
    I32,
    I64,
    Double,
    Binary,
    /// <summary>A string: binary that is UTF-8.</summary>
    Text,
    Struct,
}
