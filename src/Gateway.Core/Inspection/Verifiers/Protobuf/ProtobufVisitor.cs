namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>Is told what a walk reads, in its order, and may refuse it.</summary>
internal abstract class ProtobufVisitor
{
    /// <summary>A message begins in a field.</summary>
    public virtual ProtobufFault? Begin(ProtobufField field) => null;

    /// <summary>The message in that field ended, complete; null for the outermost.</summary>
    public virtual ProtobufFault? End(ProtobufField? field) => null;

    /// <summary>A number or, for floating point, its bits; negative ones as two's complement.</summary>
    public virtual ProtobufFault? Number(ProtobufField field, ulong value) => null;

    /// <summary>Numbers that are only counted. The range is known for varints alone.</summary>
    public virtual ProtobufFault? Counted(ProtobufField field, in ProtobufRange values) => null;

    /// <summary>The same numbers as they are stored, before they are told of; of one that is not packed, its 8 bytes.</summary>
    public virtual void Stored(ProtobufField field, ReadOnlySpan<byte> part)
    {
    }

    /// <summary>Text, or bytes that are held; whole.</summary>
    public virtual ProtobufFault? Text(ProtobufField field, ReadOnlySpan<byte> text) => null;

    /// <summary>A part of bytes that are not held; once with none where there are none.</summary>
    public virtual ProtobufFault? Part(ProtobufField field, ReadOnlySpan<byte> part) => null;
}
