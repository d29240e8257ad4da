using System.Security.Cryptography;
using System.Text.Unicode;
using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>What a model says beyond its syntax, message by message as they are read.</summary>
internal sealed class OnnxModel : ProtobufVisitor, IDisposable
{
    private readonly OnnxNames names = new();
    private readonly Stack<OnnxNode> nodes = new();
    private readonly Stack<OnnxAttribute> attributes = new();
    private readonly OnnxImports imports = new();
    private readonly OnnxNode function = new();
    private OnnxImports? functionImports;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<TensorRow> rows = [];
    private OnnxTensor tensor;
    private OnnxSparse sparse = new();
    private string setDomain = "";
    private ulong setVersion;
    private string key = "";
    private string value = "";

    public OnnxModel() => tensor = new OnnxTensor(hash);

    public OnnxOperators Operators { get; } = new();

    public OnnxSummary Summary { get; } = new();

    /// <summary>Every tensor with its data, also those of nodes' attributes, in the file's order.</summary>
    public IReadOnlyList<TensorRow> Rows => rows;

    public IReadOnlyDictionary<string, ulong> OperatorSets => imports.Imported;

    public override ProtobufFault? Begin(ProtobufField field)
    {
        if (attributes.TryPeek(out var attribute))
        {
            attribute.Holds(field.Path);
        }

        names.Begin(field);
        switch (field.Message!.Name)
        {
            case "NodeProto":
                nodes.Push(new OnnxNode());
                return ++Summary.Nodes > OnnxLimits.Nodes ? ProtobufFault.TooMuch($"more than {Findings.Number(OnnxLimits.Nodes)} nodes") : null;
            case "AttributeProto":
                attributes.Push(new OnnxAttribute());
                break;
            case "TensorProto":
                _ = hash.GetHashAndReset();
                tensor = new OnnxTensor(hash);
                return ++Summary.Tensors > OnnxLimits.Tensors ? ProtobufFault.TooMuch($"more than {Findings.Number(OnnxLimits.Tensors)} tensors") : null;
            case "SparseTensorProto":
                sparse = new OnnxSparse();
                break;
            case "FunctionProto":
                functionImports = new OnnxImports();
                function.Clear();
                break;
            case "OperatorSetIdProto":
                (setDomain, setVersion) = ("", 0);
                break;
            case "StringStringEntryProto":
                (key, value) = ("", "");
                break;
            default:
                break;
        }

        return null;
    }

    public override ProtobufFault? End(ProtobufField? field)
    {
        if (field is null)
        {
            return imports.Complete();
        }

        var fault = field.Message!.Name switch
        {
            "NodeProto" => EndNode(nodes.Pop()),
            "AttributeProto" => attributes.Pop().Complete(),
            "TensorProto" => EndTensor(field),
            "SparseTensorProto" => sparse.Complete(),
            "FunctionProto" => EndFunction(),
            "OperatorSetIdProto" => (functionImports ?? imports).Import(setDomain, setVersion),
            "StringStringEntryProto" when field.Path == "TensorProto.external_data" => External($"{Findings.Quote(key)}: {Findings.Quote(value)}"),
            _ => null,
        };
        names.End();
        return fault;
    }

    public override ProtobufFault? Number(ProtobufField field, ulong value)
    {
        switch (field.Path)
        {
            case "ModelProto.ir_version":
                Summary.IrVersion = value;
                return value is >= 3 and <= OnnxLimits.IrVersion ? null : ProtobufFault.Malformed($"ir_version {Findings.Number(value)}, which is not known");
            case "OperatorSetIdProto.version":
                setVersion = value;
                return null;
            case "AttributeProto.type":
                return attributes.Peek().Type(value);
            case "AttributeProto.f" or "AttributeProto.i":
                attributes.Peek().Holds(field.Path);
                return null;
            case "TensorProto.dims":
                return tensor.Dim(value);
            case "TensorProto.data_type":
                return tensor.DataType(value);
            case "TensorProto.data_location":
                return value == 0 ? null : External("data_location");
            case "SparseTensorProto.dims":
                return sparse.Dim(value);
            case "TypeProto.Tensor.elem_type" or "TypeProto.Map.key_type":
                return OnnxType.Find(value) is null ? ProtobufFault.Malformed($"{field.Path} of a type that ONNX does not have") : null;
            case "Dimension.dim_value":
                return value > long.MaxValue ? ProtobufFault.Malformed("a negative dimension") : null;
            default:
                return null;
        }
    }

    public override ProtobufFault? Counted(ProtobufField field, in ProtobufRange values)
    {
        if (field.Path.StartsWith("TensorProto.", StringComparison.Ordinal))
        {
            return tensor.Values(field.Path, values);
        }

        if (field.Path is "AttributeProto.floats" or "AttributeProto.ints")
        {
            attributes.Peek().Holds(field.Path);
        }

        return null;
    }

    public override void Stored(ProtobufField field, ReadOnlySpan<byte> part)
    {
        if (field.Path.StartsWith("TensorProto.", StringComparison.Ordinal))
        {
            tensor.Stored(part);
        }
    }

    public override ProtobufFault? Part(ProtobufField field, ReadOnlySpan<byte> part) => tensor.Raw(part);

    public override ProtobufFault? Text(ProtobufField field, ReadOnlySpan<byte> text)
    {
        if (names.Text(field, text) is { } fault)
        {
            return fault;
        }

        switch (field.Path)
        {
            case "ModelProto.producer_name":
                Summary.Producer = Findings.Quote(text);
                break;
            case "ModelProto.producer_version":
                Summary.ProducerVersion = Findings.Quote(text);
                break;
            case "NodeProto.op_type":
                nodes.Peek().Operator = OnnxNames.Decode(text);
                break;
            case "NodeProto.domain":
                nodes.Peek().Domain = OnnxNames.Decode(text);
                break;
            case "NodeProto.overload":
                nodes.Peek().Overload = OnnxNames.Decode(text);
                break;
            case "FunctionProto.name":
                function.Operator = OnnxNames.Decode(text);
                break;
            case "FunctionProto.domain":
                function.Domain = OnnxNames.Decode(text);
                break;
            case "FunctionProto.overload":
                function.Overload = OnnxNames.Decode(text);
                break;
            case "OperatorSetIdProto.domain":
                setDomain = OnnxNames.Decode(text);
                break;
            case "StringStringEntryProto.key" when names.In(0) == "TensorProto.external_data":
                key = OnnxNames.Decode(text);
                break;
            case "StringStringEntryProto.value" when names.In(0) == "TensorProto.external_data":
                value = OnnxNames.Decode(text);
                break;
            case "AttributeProto.ref_attr_name":
                return attributes.Peek().RefersTo(text, functionImports is not null);
            case "AttributeProto.s" or "AttributeProto.strings":
                attributes.Peek().Holds(field.Path);
                return Utf8.IsValid(text) ? null : ProtobufFault.Malformed($"{field.Path} is not UTF-8");
            case "TensorProto.string_data":
                return tensor.Text(text);
            case "TensorProto.name":
                tensor.Name = OnnxNames.Decode(text);
                break;
            case "ValueInfoProto.name" when names.In(1).Equals("ModelProto.graph", StringComparison.Ordinal):
                Summary.Value(names.In(0), text);
                break;
            default:
                break;
        }

        return null;
    }

    public void Dispose()
    {
        names.Dispose();
        hash.Dispose();
    }

    private static ProtobufFault External(string what) => ProtobufFault.Malformed(
        $"a tensor with its data in another file ({what}); save the model with its data inside (onnx.save_model, save_as_external_data=False)");

    private ProtobufFault? EndNode(OnnxNode node) =>
        node.Operator.Length == 0
            ? ProtobufFault.Malformed("a node without an operator")
            : (functionImports ?? imports).Use(node.Domain) ?? Operators.Use(node.Domain, node.Operator, node.Overload);

    private ProtobufFault? EndFunction()
    {
        var fault = function.Operator.Length == 0 ? ProtobufFault.Malformed("a function without a name")
            : functionImports!.Complete() ?? Operators.Define(function.Domain, function.Operator, function.Overload);
        functionImports = null;
        return fault;
    }

    private ProtobufFault? EndTensor(ProtobufField field)
    {
        if (tensor.Complete() is { } fault)
        {
            return fault;
        }

        Summary.Count(tensor.Type!);
        rows.Add(tensor.ToRow());
        var isInitializer = field.Path == "GraphProto.initializer" || (field.Path == "SparseTensorProto.values" && names.In(1) == "GraphProto.sparse_initializer");
        if (isInitializer)
        {
            Summary.Initializers++;
            Summary.Parameters += tensor.Elements;
        }

        return isInitializer && tensor.Name.Length == 0 ? ProtobufFault.Malformed("an initializer without a name")
            : field.Path == "SparseTensorProto.values" ? sparse.Values(tensor)
            : field.Path == "SparseTensorProto.indices" ? sparse.Indices(tensor)
            : null;
    }
}
