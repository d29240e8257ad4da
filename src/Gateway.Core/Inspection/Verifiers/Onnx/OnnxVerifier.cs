using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>
/// An ONNX model: a ModelProto (onnx/onnx.proto, docs/IR.md) that is whole in itself. It has no magic; writers put fields in the order of their numbers,
/// so it begins with ir_version. Data in other files is refused, so no path in a model is ever followed (CVE-2022-25882, CVE-2024-27318).
/// </summary>
internal sealed class OnnxVerifier(long fileBytes) : Verifier
{
    /// <summary>The tag of ModelProto.ir_version.</summary>
    private const byte FirstByte = 0x08;

    private readonly OnnxModel model = new();
    private ProtobufWalk? walk;

    public override FileFormat Format => FileFormat.Onnx;

    public override IEnumerable<Finding> Warnings => model.Operators.Warnings;

    public override IReadOnlyList<SummaryEntry> Summarise() => model.Summary.Entries(model.OperatorSets, model.Operators.Functions);

    protected override void Release()
    {
        walk?.Dispose();
        model.Dispose();
    }

    protected override void Read(ReadOnlySpan<byte> block)
    {
        if (Offset == 0 && block[0] != FirstByte)
        {
            Refuse(RefusalCode.FormatMismatch, 0, "it does not begin as an ONNX model does");
        }
        else if (fileBytes > ProtobufLimits.MessageBytes)
        {
            Refuse(RefusalCode.LimitExceeded, 0, "an ONNX model of 2 GiB or more, which readers refuse");
        }
        else
        {
            walk ??= new ProtobufWalk(OnnxSchema.Model, fileBytes, model);
            Refuse(walk.Append(block));
        }
    }

    protected override void End()
    {
        if (walk is null)
        {
            Refuse(RefusalCode.FormatMalformed, 0, "it is empty");
        }
        else
        {
            Refuse(walk.Complete());
        }
    }
}
