namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// A chat template in a file of its own, as transformers keeps it beside a tokenizer (<c>chat_template.jinja</c>, <c>additional_chat_templates/</c>). It is text that a tokenizer runs:
/// approvers are told of it as of one in a configuration.
/// </summary>
internal sealed class ChatTemplateText
{
    private readonly byte[] beginning = new byte[128];
    private int kept;
    private long bytes;

    /// <summary>True for a file that is called a template.</summary>
    public static bool IsNamed(string name) => name.EndsWith(".jinja", StringComparison.OrdinalIgnoreCase);

    /// <summary>The next bytes of the file.</summary>
    public void Append(ReadOnlySpan<byte> block)
    {
        var taken = Math.Min(block.Length, beginning.Length - kept);
        block[..taken].CopyTo(beginning.AsSpan(kept));
        kept += taken;
        bytes += block.Length;
    }

    /// <summary>What is told of it.</summary>
    public Finding Seen() => Findings.Warn(
        FindingCodes.ChatTemplate, 0, $"a Jinja template of {Findings.Number(bytes)} bytes, which a tokenizer runs", Findings.Quote(beginning.AsSpan(0, kept)));
}
