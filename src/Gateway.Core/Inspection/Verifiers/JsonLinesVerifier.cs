using System.Text.Json;
using Gateway.Core.Inspection.Json;
using Gateway.Core.Inspection.Scanning;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// One JSON object or array a line (jsonlines.org), lines ended by LF or CR LF, the last end optional, no line blank. An empty file has
/// no rows.
/// </summary>
internal sealed class JsonLinesVerifier : Verifier
{
    private readonly TextScan scan = new();
    private readonly JsonWalk walk;
    private readonly Utf8Scan utf8 = new();

    /// <summary>The beginning of a line that the end of a block cut; grows with the line, up to its limit.</summary>
    private readonly KeptBytes cut = new();
    private long rows;

    public JsonLinesVerifier() => walk = new JsonWalk(visitor: null, scan);

    public override FileFormat Format => FileFormat.JsonLines;

    public override IEnumerable<Finding> Warnings => utf8.Warnings.Concat(scan.Seen);

    public override IReadOnlyList<SummaryEntry> Summarise() => [new("rows", Findings.Number(rows))];

    public override FileInspection Attach(FileInspection inspection) => inspection with { Rows = rows };

    protected override void Release()
    {
        walk.Dispose();
        cut.Dispose();
    }

    protected override void Read(ReadOnlySpan<byte> block)
    {
        if (Refuse(utf8.Append(block, Offset)))
        {
            return;
        }

        var lineAt = Offset - cut.Length;
        while (block.IndexOf((byte)'\n') is >= 0 and var end)
        {
            var rest = block[..end];
            if (cut.Length + rest.Length > InspectionLimits.LineBytes)
            {
                TooLong(lineAt);
                return;
            }

            if (cut.Length > 0)
            {
                cut.Append(rest);
                rest = cut.Span;
            }

            if (Refuse(Line(rest, lineAt)))
            {
                return;
            }

            lineAt += rest.Length + 1;
            cut.Clear();
            block = block[(end + 1)..];
        }

        if (cut.Length + block.Length > InspectionLimits.LineBytes)
        {
            TooLong(lineAt);
            return;
        }

        cut.Append(block);
    }

    protected override void End()
    {
        if (!Refuse(utf8.Complete(Offset)) && cut.Length > 0)
        {
            Refuse(Line(cut.Span, Offset - cut.Length));
        }
    }

    private Finding? Line(ReadOnlySpan<byte> line, long offset)
    {
        rows++;
        var first = line.IndexOfAnyExcept(" \t\r"u8);
        if (first < 0)
        {
            return Findings.Refuse(RefusalCode.FormatMalformed, offset, $"line {rows} is blank");
        }

        if (line[first] is not ((byte)'{' or (byte)'['))
        {
            var code = rows == 1 ? RefusalCode.FormatMismatch : RefusalCode.FormatMalformed;
            return Findings.Refuse(code, offset, $"line {rows} is not a JSON object or array");
        }

        var reader = new Utf8JsonReader(line, isFinalBlock: true, new JsonReaderState(JsonWalk.Options));
        try
        {
            while (reader.Read())
            {
                if (walk.Token(ref reader, offset) is { } fault)
                {
                    return Findings.Refuse(fault.Code, offset + reader.TokenStartIndex, $"line {rows}: {fault.Message}");
                }
            }
        }
        catch (JsonException)
        {
            return Findings.Refuse(RefusalCode.FormatMalformed, offset, $"line {rows} is not JSON");
        }

        return null;
    }

    private void TooLong(long lineAt) =>
        Refuse(RefusalCode.LimitExceeded, lineAt, $"line {rows + 1} is longer than {Findings.Number(InspectionLimits.LineBytes)} bytes");
}
