namespace Gateway.Core.Inspection.Verifiers;

/// <summary>UTF-8 text. What it says is for people and tokenizers; nothing here reads it as anything else.</summary>
internal sealed class TextVerifier : Verifier
{
    private readonly Utf8Scan utf8 = new();
    private long lines;
    private bool endsInLine;

    public override FileFormat Format => FileFormat.Text;

    public override IEnumerable<Finding> Warnings => utf8.Warnings;

    public override IReadOnlyList<SummaryEntry> Summarise() => [new("lines", Findings.Number(lines + (endsInLine ? 1 : 0)))];

    protected override void Read(ReadOnlySpan<byte> block)
    {
        lines += block.Count((byte)'\n');
        endsInLine = block[^1] != '\n';
        Refuse(utf8.Append(block, Offset));
    }

    protected override void End() => Refuse(utf8.Complete(Offset));
}
