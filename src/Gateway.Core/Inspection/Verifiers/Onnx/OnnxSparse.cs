using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>A SparseTensorProto that is being read: values of shape [NNZ], indices of INT64 and shape [NNZ] or [NNZ, rank].</summary>
internal sealed class OnnxSparse
{
    private UInt128 elements = 1;
    private ulong rank;
    private ulong? values;
    private ulong[] indices = [];

    public ProtobufFault? Dim(ulong dim)
    {
        rank++;
        elements *= dim <= long.MaxValue ? dim : 0;
        return elements == 0 || elements > long.MaxValue || rank > InspectionLimits.Dimensions
            ? ProtobufFault.Malformed("a sparse tensor whose shape is empty, negative or too large")
            : null;
    }

    public ProtobufFault? Values(OnnxTensor tensor)
    {
        values = tensor.Dims.Count == 1 ? tensor.Dims[0] : null;
        return values is null ? ProtobufFault.Malformed("values of a sparse tensor that are no list") : null;
    }

    public ProtobufFault? Indices(OnnxTensor tensor)
    {
        indices = [.. tensor.Dims];
        return tensor.Type!.Name == "INT64" ? null : ProtobufFault.Malformed("indices of a sparse tensor that are not INT64");
    }

    public ProtobufFault? Complete() =>
        rank > 0 && indices.Length is 1 or 2 && indices[0] == values && values <= elements && (indices.Length == 1 || indices[1] == rank)
            ? null
            : ProtobufFault.Malformed("a sparse tensor whose values, indices and shape do not agree");
}
