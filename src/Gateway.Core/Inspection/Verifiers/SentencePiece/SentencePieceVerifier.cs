using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.SentencePiece;

/// <summary>
/// A SentencePiece model (google/sentencepiece, src/sentencepiece_model.proto), as <c>tokenizer.model</c> and <c>spiece.model</c> are. It has no magic;
/// writers put fields in the order of their numbers, so it begins with a piece.
/// </summary>
internal sealed class SentencePieceVerifier(long fileBytes) : Verifier
{
    /// <summary>The tag of ModelProto.pieces.</summary>
    private const byte FirstByte = 0x0A;

    private readonly SentencePieceModel model = new();
    private ProtobufWalk? walk;

    public override FileFormat Format => FileFormat.SentencePiece;

    public override IReadOnlyList<SummaryEntry> Summarise() =>
        [new("model type", model.ModelType), new("pieces", Findings.Number(model.Pieces)), new("types", model.Types)];

    protected override void Release()
    {
        walk?.Dispose();
        model.Dispose();
    }

    protected override void Read(ReadOnlySpan<byte> block)
    {
        if (Offset == 0 && block[0] != FirstByte)
        {
            Refuse(RefusalCode.FormatMismatch, 0, "it does not begin as a SentencePiece model does");
        }
        else if (fileBytes > ProtobufLimits.MessageBytes)
        {
            Refuse(RefusalCode.LimitExceeded, 0, "a SentencePiece model of 2 GiB or more, which readers refuse");
        }
        else
        {
            walk ??= new ProtobufWalk(SentencePieceSchema.Model, fileBytes, model);
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
