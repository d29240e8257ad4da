namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>A message that is open.</summary>
/// <param name="Schema">What it may hold.</param>
/// <param name="Field">The field that it is in; null for the outermost.</param>
/// <param name="At">Where that field begins.</param>
/// <param name="End">Offset behind its last byte.</param>
internal sealed record ProtobufFrame(ProtobufSchema Schema, ProtobufField? Field, long At, long End)
{
    /// <summary>Fields that it has had.</summary>
    public ulong Seen { get; set; }

    /// <summary>Fields that it has had packed.</summary>
    public ulong Packed { get; set; }
}
