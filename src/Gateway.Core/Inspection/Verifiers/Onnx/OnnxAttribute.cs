using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>An AttributeProto that is being read: it holds what its type says and nothing else.</summary>
internal sealed class OnnxAttribute
{
    private const int LastType = 14;
    private ulong type;
    private int held;
    private bool isReference;

    public ProtobufFault? Type(ulong value)
    {
        type = value;
        return value is >= 1 and <= LastType ? null : ProtobufFault.Malformed("an attribute of a type that ONNX does not have");
    }

    /// <summary>A field with content was read; others are not content.</summary>
    public void Holds(string path) => held |= 1 << TypeOf(path);

    public ProtobufFault? RefersTo(ReadOnlySpan<byte> name, bool isInFunction)
    {
        isReference = !name.IsEmpty;
        return isReference && !isInFunction ? ProtobufFault.Malformed("an attribute that refers to one of a function, outside of any") : null;
    }

    public ProtobufFault? Complete()
    {
        // Bit 0 stands for fields without content. Writers of proto3 leave out a number that is 0 and text that is empty.
        var content = held & ~1;
        var mayBeAbsent = type is 1 or 2 or 3 or >= 6 and <= 10 or 12 or 14;
        var isRight = isReference ? content == 0 : content == 1 << (int)type || (content == 0 && mayBeAbsent);
        return isRight ? null : ProtobufFault.Malformed("an attribute whose content is not what its type says");
    }

    /// <summary>AttributeProto.AttributeType of what a field holds.</summary>
    private static int TypeOf(string path) => path switch
    {
        "AttributeProto.f" => 1,
        "AttributeProto.i" => 2,
        "AttributeProto.s" => 3,
        "AttributeProto.t" => 4,
        "AttributeProto.g" => 5,
        "AttributeProto.floats" => 6,
        "AttributeProto.ints" => 7,
        "AttributeProto.strings" => 8,
        "AttributeProto.tensors" => 9,
        "AttributeProto.graphs" => 10,
        "AttributeProto.sparse_tensor" => 11,
        "AttributeProto.sparse_tensors" => 12,
        "AttributeProto.tp" => 13,
        "AttributeProto.type_protos" => 14,
        _ => 0,
    };
}
