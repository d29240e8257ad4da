using Gateway.Core.Inspection.Verifiers.Protobuf;
using static Gateway.Core.Inspection.Verifiers.Protobuf.ProtobufSchema;

namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>
/// Messages of onnx/onnx.proto and onnx-ml.proto as of ONNX 1.20 (2-bit types, device configurations). Left out, and so refused: TensorProto.segment,
/// which readers ignore or refuse, and TypeProto.Opaque, which no standard operator takes.
/// </summary>
internal static class OnnxSchema
{
    public static ProtobufSchema Model { get; } = new("ModelProto", () =>
    [
        Number(1, "ir_version", ProtobufKind.Int64) with { IsRequired = true },
        Text(2, "producer_name"),
        Text(3, "producer_version"),
        Text(4, "domain"),
        Number(5, "model_version", ProtobufKind.Int64),
        Text(6, "doc_string", ProtobufLimits.TextBytes),
        One(7, "graph", Graph) with { IsRequired = true },
        Many(8, "opset_import", OperatorSetId) with { IsRequired = true },
        Many(14, "metadata_props", Entry),
        Many(20, "training_info", TrainingInfo),
        Many(25, "functions", Function),
        Many(26, "configuration", DeviceConfiguration),
    ]);

    public static ProtobufSchema Graph { get; } = new("GraphProto", () =>
    [
        Many(1, "node", Node),
        Text(2, "name"),
        Many(5, "initializer", Tensor),
        Text(10, "doc_string", ProtobufLimits.TextBytes),
        Many(11, "input", ValueInfo),
        Many(12, "output", ValueInfo),
        Many(13, "value_info", ValueInfo),
        Many(14, "quantization_annotation", TensorAnnotation),
        Many(15, "sparse_initializer", SparseTensor),
        Many(16, "metadata_props", Entry),
    ]);

    public static ProtobufSchema Node { get; } = new("NodeProto", () =>
    [
        Texts(1, "input"),
        Texts(2, "output"),
        Text(3, "name"),
        Text(4, "op_type") with { IsRequired = true },
        Many(5, "attribute", Attribute),
        Text(6, "doc_string", ProtobufLimits.TextBytes),
        Text(7, "domain"),
        Text(8, "overload"),
        Many(9, "metadata_props", Entry),
        Many(10, "device_configurations", NodeDeviceConfiguration),
    ]);

    public static ProtobufSchema Attribute { get; } = new("AttributeProto", () =>
    [
        Text(1, "name") with { IsRequired = true },
        Number(2, "f", ProtobufKind.Float),
        Number(3, "i", ProtobufKind.Int64),
        Bytes(4, "s", ProtobufLimits.TextBytes),
        One(5, "t", Tensor),
        One(6, "g", Graph),
        Counted(7, "floats", ProtobufKind.Float),
        Counted(8, "ints", ProtobufKind.Int64),
        Bytes(9, "strings", ProtobufLimits.TextBytes) with { IsRepeated = true },
        Many(10, "tensors", Tensor),
        Many(11, "graphs", Graph),
        Text(13, "doc_string", ProtobufLimits.TextBytes),
        One(14, "tp", Type),
        Many(15, "type_protos", Type),
        Number(20, "type", ProtobufKind.Int32) with { IsRequired = true },
        Text(21, "ref_attr_name"),
        One(22, "sparse_tensor", SparseTensor),
        Many(23, "sparse_tensors", SparseTensor),
    ]);

    public static ProtobufSchema Tensor { get; } = new("TensorProto", () =>
    [
        Numbers(1, "dims", ProtobufKind.Int64),
        Number(2, "data_type", ProtobufKind.Int32) with { IsRequired = true },
        Counted(4, "float_data", ProtobufKind.Float),
        Counted(5, "int32_data", ProtobufKind.Int32),
        Bytes(6, "string_data", ProtobufLimits.TextBytes) with { IsRepeated = true },
        Counted(7, "int64_data", ProtobufKind.Int64),
        Text(8, "name", InspectionLimits.TensorNameBytes),
        Bytes(9, "raw_data", 0) with { IsStreamed = true },
        Counted(10, "double_data", ProtobufKind.Double),
        Counted(11, "uint64_data", ProtobufKind.UInt64),
        Text(12, "doc_string", ProtobufLimits.TextBytes),
        Many(13, "external_data", Entry),
        Number(14, "data_location", ProtobufKind.Int32),
        Many(16, "metadata_props", Entry),
    ]);

    public static ProtobufSchema SparseTensor { get; } = new("SparseTensorProto", () =>
    [
        One(1, "values", Tensor) with { IsRequired = true },
        One(2, "indices", Tensor) with { IsRequired = true },
        Numbers(3, "dims", ProtobufKind.Int64),
    ]);

    public static ProtobufSchema Function { get; } = new("FunctionProto", () =>
    [
        Text(1, "name") with { IsRequired = true },
        Texts(4, "input"),
        Texts(5, "output"),
        Texts(6, "attribute"),
        Many(7, "node", Node),
        Text(8, "doc_string", ProtobufLimits.TextBytes),
        Many(9, "opset_import", OperatorSetId),
        Text(10, "domain") with { IsRequired = true },
        Many(11, "attribute_proto", Attribute),
        Many(12, "value_info", ValueInfo),
        Text(13, "overload"),
        Many(14, "metadata_props", Entry),
    ]);

    private static ProtobufSchema Entry { get; } = new("StringStringEntryProto", () =>
        [Text(1, "key") with { IsRequired = true }, Text(2, "value", ProtobufLimits.TextBytes)]);

    private static ProtobufSchema OperatorSetId { get; } = new("OperatorSetIdProto", () =>
        [Text(1, "domain"), Number(2, "version", ProtobufKind.Int64) with { IsRequired = true }]);

    private static ProtobufSchema TensorAnnotation { get; } = new("TensorAnnotation", () =>
        [Text(1, "tensor_name"), Many(2, "quant_parameter_tensor_names", Entry)]);

    private static ProtobufSchema TrainingInfo { get; } = new("TrainingInfoProto", () =>
    [
        One(1, "initialization", Graph),
        One(2, "algorithm", Graph),
        Many(3, "initialization_binding", Entry),
        Many(4, "update_binding", Entry),
    ]);

    private static ProtobufSchema ValueInfo { get; } = new("ValueInfoProto", () =>
    [
        Text(1, "name") with { IsRequired = true },
        One(2, "type", Type),
        Text(3, "doc_string", ProtobufLimits.TextBytes),
        Many(4, "metadata_props", Entry),
    ]);

    private static ProtobufSchema Type { get; } = new("TypeProto", () =>
    [
        One(1, "tensor_type", TensorType) with { IsOneOf = true },
        One(4, "sequence_type", ElementType) with { IsOneOf = true },
        One(5, "map_type", MapType) with { IsOneOf = true },
        Text(6, "denotation"),
        One(8, "sparse_tensor_type", TensorType) with { IsOneOf = true },
        One(9, "optional_type", ElementType) with { IsOneOf = true },
    ]);

    private static ProtobufSchema TensorType { get; } = new("TypeProto.Tensor", () =>
        [Number(1, "elem_type", ProtobufKind.Int32) with { IsRequired = true }, One(2, "shape", Shape)]);

    private static ProtobufSchema ElementType { get; } = new("TypeProto.Sequence", () => [One(1, "elem_type", Type) with { IsRequired = true }]);

    private static ProtobufSchema MapType { get; } = new("TypeProto.Map", () =>
        [Number(1, "key_type", ProtobufKind.Int32) with { IsRequired = true }, One(2, "value_type", Type) with { IsRequired = true }]);

    private static ProtobufSchema Shape { get; } = new("TensorShapeProto", () => [Many(1, "dim", Dimension)]);

    private static ProtobufSchema Dimension { get; } = new("Dimension", () =>
    [
        Number(1, "dim_value", ProtobufKind.Int64) with { IsOneOf = true },
        Text(2, "dim_param") with { IsOneOf = true },
        Text(3, "denotation"),
    ]);

    private static ProtobufSchema DeviceConfiguration { get; } = new("DeviceConfigurationProto", () =>
        [Text(1, "name"), Number(2, "num_devices", ProtobufKind.Int32), Texts(3, "device")]);

    private static ProtobufSchema NodeDeviceConfiguration { get; } = new("NodeDeviceConfigurationProto", () =>
        [Text(1, "configuration_id"), Many(2, "sharding_spec", ShardingSpec), Number(3, "pipeline_stage", ProtobufKind.Int32)]);

    private static ProtobufSchema ShardingSpec { get; } = new("ShardingSpecProto", () =>
    [
        Text(1, "tensor_name"),
        Counted(2, "device", ProtobufKind.Int64),
        Many(3, "index_to_device_group_map", DeviceGroup),
        Many(4, "sharded_dim", ShardedDim),
    ]);

    private static ProtobufSchema DeviceGroup { get; } = new("IntIntListEntryProto", () =>
        [Number(1, "key", ProtobufKind.Int64), Counted(2, "value", ProtobufKind.Int64)]);

    private static ProtobufSchema ShardedDim { get; } = new("ShardedDimProto", () =>
        [Number(1, "axis", ProtobufKind.Int64), Many(2, "simple_sharding", SimpleShardedDim)]);

    private static ProtobufSchema SimpleShardedDim { get; } = new("SimpleShardedDimProto", () =>
    [
        Number(1, "dim_value", ProtobufKind.Int64) with { IsOneOf = true },
        Text(2, "dim_param") with { IsOneOf = true },
        Number(3, "num_shards", ProtobufKind.Int64),
    ]);
}
