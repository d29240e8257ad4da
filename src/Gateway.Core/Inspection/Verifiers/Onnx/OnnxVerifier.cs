using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>
/// An ONNX model: a ModelProto (onnx/onnx.proto, docs/IR.md) that is whole in itself; it begins with ir_version. Data in other files is refused, so no path in a model is ever
/// followed (CVE-2022-25882, CVE-2024-27318).
/// </summary>
internal sealed class OnnxVerifier : ProtobufVerifier
{
    /// <summary>The tag of ModelProto.ir_version.</summary>
    private const byte FirstByte = 0x08;

    private readonly OnnxModel model;

    public OnnxVerifier(long fileBytes)
        : this(fileBytes, new OnnxModel())
    {
    }

    private OnnxVerifier(long fileBytes, OnnxModel model)
        : base(OnnxSchema.Model, FirstByte, "an ONNX model", fileBytes, model) => this.model = model;

    public override FileFormat Format => FileFormat.Onnx;

    public override IEnumerable<Finding> Warnings => model.Operators.Warnings;

    public override IReadOnlyList<SummaryEntry> Summarise() => model.Summary.Entries(model.OperatorSets, model.Operators.Functions);

    public override FileInspection Attach(FileInspection inspection) =>
        inspection with { Tensors = ShardTensors.Of(model.Rows, [], model.Summary.Parameters, model.Rows.Sum(r => r.Bytes)) };

    protected override void Release()
    {
        base.Release();
        model.Dispose();
    }
}
