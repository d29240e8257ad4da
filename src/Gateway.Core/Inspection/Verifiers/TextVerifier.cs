using Gateway.Core.Inspection.Scanning;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>UTF-8 text. What it says is for people and tokenizers; nothing here reads it as anything else.</summary>
internal sealed class TextVerifier : Verifier
{
    private readonly Utf8Scan utf8 = new();
    private readonly TextScan scan = new();
    private readonly LicenceText? licence;
    private readonly ChatTemplateText? template;
    private readonly TextStream stream;
    private long lines;
    private bool endsInLine;

    /// <param name="name">The file's name.</param>
    public TextVerifier(string name)
    {
        stream = new TextStream(scan);
        licence = LicenceText.IsNamed(name) ? new LicenceText() : null;
        template = ChatTemplateText.IsNamed(name) ? new ChatTemplateText() : null;
    }

    public override FileFormat Format => FileFormat.Text;

    public override IEnumerable<Finding> Warnings => [.. licence is null ? [] : (Finding[])[licence.Seen()], .. template is null ? [] : (Finding[])[template.Seen()], .. utf8.Warnings, .. scan.Seen];

    public override IReadOnlyList<SummaryEntry> Summarise() => [new("lines", Findings.Number(lines + (endsInLine ? 1 : 0)))];

    protected override void Read(ReadOnlySpan<byte> block)
    {
        lines += block.Count((byte)'\n');
        endsInLine = block[^1] != '\n';
        if (!Refuse(utf8.Append(block, Offset)))
        {
            stream.Append(block, Offset);
            licence?.Append(block);
            template?.Append(block);
        }
    }

    protected override void End()
    {
        if (!Refuse(utf8.Complete(Offset)))
        {
            stream.Complete(Offset);
        }
    }
}
