namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>A field of a message.</summary>
/// <param name="Number">Its number, under 64.</param>
/// <param name="Name">Its name in the schema.</param>
/// <param name="Kind">What it holds.</param>
internal sealed record ProtobufField(int Number, string Name, ProtobufKind Kind)
{
    /// <summary>The message that it holds, where it holds one.</summary>
    public ProtobufSchema? Message { get; init; }

    /// <summary>Name with that of its message, e.g. <c>TensorProto.raw_data</c>; set by the schema.</summary>
    public string Path { get; init; } = Name;

    public bool IsRepeated { get; init; }

    /// <summary>Its message is refused without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Only one field so marked may be in a message.</summary>
    public bool IsOneOf { get; init; }

    /// <summary>Numbers of which only how many, the least, the greatest and the last matter.</summary>
    public bool IsCounted { get; init; }

    /// <summary>Bytes that are passed on as they come.</summary>
    public bool IsStreamed { get; init; }

    /// <summary>Longest text or bytes that are held.</summary>
    public int MaximumBytes { get; init; } = ProtobufLimits.NameBytes;

    /// <summary>Stands for the field in a set of fields.</summary>
    public ulong Bit => 1UL << Number;

    public bool IsScalar => Kind is not (ProtobufKind.String or ProtobufKind.Bytes or ProtobufKind.Message);

    /// <summary>Bytes of a value of fixed width; 0 for a varint.</summary>
    public int FixedBytes => Kind switch { ProtobufKind.Float => sizeof(float), ProtobufKind.Double => sizeof(double), _ => 0 };
}
