using System.Text;
using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>
/// Names that must differ (docs/IR.md): values of a graph have one definition (static single assignment), initializers, attributes of a node and keys of a
/// map differ. Each open message is a scope with a number of its own.
/// </summary>
internal sealed class OnnxNames : IDisposable
{
    private readonly ProtobufNames names = new();
    private readonly List<(ProtobufField? Field, long Scope)> open = [(null, 0)];
    private long scopes;

    /// <summary>The field that an open message is in; 0 for the innermost.</summary>
    public string In(int up) => open.Count > up ? open[^(up + 1)].Field?.Path ?? "" : "";

    public void Begin(ProtobufField field) => open.Add((field, ++scopes));

    public void End() => open.RemoveAt(open.Count - 1);

    /// <summary>Takes a text that may have to be unique.</summary>
    public ProtobufFault? Text(ProtobufField field, ReadOnlySpan<byte> text) => field.Path switch
    {
        "NodeProto.output" or "FunctionProto.input" when text.IsEmpty => null,
        "NodeProto.output" => names.Add(Scope(1), "value", text) ?? names.Add(Scope(1), "initializer or output of a node", text),
        "FunctionProto.input" => names.Add(Scope(0), "value", text),
        "ValueInfoProto.name" => names.Add(Scope(1), In(0) == "GraphProto.input" ? "value" : In(0), text),
        "AttributeProto.name" => names.Add(Scope(1), "attribute", text),
        "TensorProto.name" when In(0) == "GraphProto.initializer" => names.Add(Scope(1), "initializer or output of a node", text),
        "TensorProto.name" when In(0) == "SparseTensorProto.values" && In(1) == "GraphProto.sparse_initializer" =>
            names.Add(Scope(2), "initializer or output of a node", text),
        "StringStringEntryProto.key" => names.Add(Scope(1), In(0), text),
        _ => null,
    };

    public void Dispose() => names.Dispose();

    /// <summary>Text that is shown or compared; it was checked as UTF-8.</summary>
    public static string Decode(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);

    private long Scope(int up) => open[^(up + 1)].Scope;
}
