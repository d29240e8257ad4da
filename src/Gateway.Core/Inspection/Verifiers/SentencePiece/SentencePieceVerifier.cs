using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.SentencePiece;

/// <summary>
/// A SentencePiece model (google/sentencepiece, src/sentencepiece_model.proto), as <c>tokenizer.model</c> and <c>spiece.model</c> are; it begins with a piece.
/// </summary>
internal sealed class SentencePieceVerifier : ProtobufVerifier
{
    /// <summary>The tag of ModelProto.pieces.</summary>
    private const byte FirstByte = 0x0A;

    private readonly SentencePieceModel model;

    public SentencePieceVerifier(long fileBytes)
        : this(fileBytes, new SentencePieceModel())
    {
    }

    private SentencePieceVerifier(long fileBytes, SentencePieceModel model)
        : base(SentencePieceSchema.Model, FirstByte, "a SentencePiece model", fileBytes, model) => this.model = model;

    public override FileFormat Format => FileFormat.SentencePiece;

    public override IReadOnlyList<SummaryEntry> Summarise() =>
        [new("model type", model.ModelType), new("pieces", Findings.Number(model.Pieces)), new("types", model.Types)];

    protected override void Release()
    {
        base.Release();
        model.Dispose();
    }
}
