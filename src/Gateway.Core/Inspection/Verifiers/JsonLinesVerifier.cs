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
    private readonly JsonValueWalk lines;

    /// <summary>Reads the lines at which the other gives up.</summary>
    private readonly JsonWalk walk;
    private readonly Utf8Scan utf8 = new();

    /// <summary>The beginning of a line that the end of a block cut; grows with the line, up to its limit.</summary>
    private readonly KeptBytes cut = new();
    private readonly RowSamples samples = new();
    private string? keys;
    private long rows;

    public JsonLinesVerifier()
    {
        lines = new JsonValueWalk(scan, isLine: true);
        walk = new JsonWalk(visitor: null, scan);
    }

    public override FileFormat Format => FileFormat.JsonLines;

    public override IEnumerable<Finding> Warnings => utf8.Warnings.Concat(scan.Seen);

    public override IReadOnlyList<SummaryEntry> Summarise() =>
        [new("rows", Findings.Number(rows)), .. keys is null ? [] : (SummaryEntry[])[new(RowSamples.Keys, keys)], .. samples.Entries];

    public override FileInspection Attach(FileInspection inspection) => inspection with { Rows = rows };

    protected override void Release()
    {
        lines.Dispose();
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
        var anchors = new AnchorCursor(block);
        var from = 0;
        while (block[from..].IndexOf((byte)'\n') is >= 0 and var bytes)
        {
            var to = from + bytes;
            if (cut.Length + bytes > InspectionLimits.LineBytes)
            {
                TooLong(lineAt);
                return;
            }

            if (Refuse(cut.Length == 0 ? Row(block, ref anchors, from, to, Offset) : CutLine(block[from..(to + 1)], lineAt)))
            {
                return;
            }

            from = to + 1;
            lineAt = Offset + from;
        }

        block = block[from..];
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
            Refuse(CutLine("\n"u8, Offset - cut.Length));
        }
    }

    /// <summary>A line of which the rest comes, with its line feed.</summary>
    private Finding? CutLine(ReadOnlySpan<byte> rest, long offset)
    {
        cut.Append(rest);
        var anchors = new AnchorCursor(cut.Span);
        var refusal = Row(cut.Span, ref anchors, 0, cut.Length - 1, offset);
        cut.Clear();
        return refusal;
    }

    /// <summary>A line from one place of a text to another, at which is a line feed; shown to people where it is among those.</summary>
    private Finding? Row(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int from, int to, long offset)
    {
        rows++;
        if (!samples.Take(rows))
        {
            return Line(text, ref anchors, from, to, offset);
        }

        var before = scan.SensitiveSeen;
        var refusal = Line(text, ref anchors, from, to, offset);
        if (refusal is null)
        {
            var seen = scan.SensitiveSeen;
            samples.Add(rows, text[from..to], TextScan.Sensitive((seen.Keys - before.Keys, seen.Mails - before.Mails)));

            // Names of members are told also of a row that is withheld: none that looks like a key is.
            keys = rows == 1 ? ColumnNames.Of(text[from..to]) : keys;
        }

        return refusal;
    }

    private Finding? Line(ReadOnlySpan<byte> text, ref AnchorCursor anchors, int from, int to, long offset)
    {
        var first = JsonBytes.SkipSpace(text, from, (byte)' ');
        if (first == to)
        {
            return Findings.Refuse(RefusalCode.FormatMalformed, offset + from, $"line {rows} is blank");
        }

        if (text[first] is not ((byte)'{' or (byte)'['))
        {
            var code = rows == 1 ? RefusalCode.FormatMismatch : RefusalCode.FormatMalformed;
            return Findings.Refuse(code, offset + from, $"line {rows} is not a JSON object or array");
        }

        var end = lines.Walk(text, ref anchors, first, around: 0, offset);
        if (end >= 0 && JsonBytes.SkipSpace(text, end, (byte)' ') == to)
        {
            return null;
        }

        walk.ScannedTo = offset + lines.ScannedTo;
        return Tokens(text[from..to], offset + from);
    }

    private Finding? Tokens(ReadOnlySpan<byte> line, long offset)
    {
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
