using Gateway.Core.Inspection.Json;
using Gateway.Core.Inspection.Scanning;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>The strings of <c>__metadata__</c>, which no reader of tensors needs and tools show: all are counted, the first are shown.</summary>
internal sealed class SafetensorsMetadata
{
    /// <summary>Strings that are shown, so that an approver can read them.</summary>
    private const int ShownStrings = 8;

    private readonly List<string> shown = [];
    private string name = "";
    private bool isSecret;
    private long strings;
    private long bytes;

    public void Name(ReadOnlySpan<byte> text)
    {
        bytes += text.Length;
        (name, isSecret) = strings < ShownStrings ? (TextScan.Quote(text), AssignedKeys.IsName(text)) : ("", false);
    }

    public JsonFault? Text(ReadOnlySpan<byte> text)
    {
        if (strings < ShownStrings)
        {
            shown.Add($"{name}={(isSecret ? $"({Findings.Number(text.Length)} bytes)" : TextScan.Quote(text))}");
        }

        strings++;
        bytes += text.Length;
        return null;
    }

    /// <summary>What is told; null where there are none.</summary>
    public Finding? Seen() => strings == 0
        ? null
        : Findings.Inform(
            FindingCodes.Metadata,
            null,
            $"strings of metadata: {Findings.Number(strings)}, with their names {Findings.Number(bytes)} bytes",
            string.Join(", ", shown) + (strings > ShownStrings ? ", ..." : ""));
}
