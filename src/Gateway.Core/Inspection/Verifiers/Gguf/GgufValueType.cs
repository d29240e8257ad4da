namespace Gateway.Core.Inspection.Verifiers.Gguf;

/// <summary>Types of metadata values, by the number that files hold (<c>gguf_metadata_value_type</c>, ggml docs/gguf.md).</summary>
internal enum GgufValueType
{
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
}

/// <summary>What is fixed for a type.</summary>
internal static class GgufValueTypes
{
    /// <summary>Number of types.</summary>
    public const int Count = 13;

    /// <summary>Bytes of a value; 0 for strings and arrays, which say their own length.</summary>
    public static int Bytes(this GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };
}
