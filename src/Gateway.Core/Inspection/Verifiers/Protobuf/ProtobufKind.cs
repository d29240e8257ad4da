namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>What a field holds, by the words of the protobuf language.</summary>
internal enum ProtobufKind
{
    Int32,
    Int64,
    UInt64,
    Bool,
    Float,
    Double,

    /// <summary>UTF-8 without NUL.</summary>
    String,
    Bytes,
    Message,
}
