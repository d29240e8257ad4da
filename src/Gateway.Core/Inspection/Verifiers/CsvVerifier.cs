using System.Buffers;
using System.Numerics;
using Gateway.Core.Inspection.Scanning;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// Comma-separated values (RFC 4180): quoted fields, doubled quotes, the same number of columns in every record. Records end with
/// CR LF or, as most writers do, LF alone; the last end is optional. An empty file has no rows.
/// Or tab-separated values (IANA, text/tab-separated-values), which have no quoting: a field holds no tab and no end of line. Readers of CSV take a
/// field that begins with a quote for a quoted one there too, and pass over blank lines; both are refused, as they are read in two ways.
/// </summary>
internal sealed class CsvVerifier : Verifier
{
    private readonly SearchValues<byte> endsField;
    private readonly byte separator;
    private readonly Utf8Scan utf8 = new();
    private readonly TextScan scan = new();
    private readonly TextStream stream;
    private readonly RecordSamples samples;
    private CsvState state = CsvState.FieldStart;
    private long records;
    private long recordAt;
    private int columns;
    private int fields;
    private long formulas;
    private long firstFormula;

    /// <param name="format">Values separated by commas, or by tabs.</param>
    public CsvVerifier(FileFormat format)
    {
        Format = format;
        separator = (byte)(format == FileFormat.Tsv ? '\t' : ',');
        endsField = SearchValues.Create([separator, (byte)'\r', (byte)'\n', (byte)(IsQuoted ? '"' : '\n')]);
        stream = new TextStream(scan);
        samples = new RecordSamples(separator);
    }

    public override FileFormat Format { get; }

    private bool IsQuoted => separator == ',';

    public override IEnumerable<Finding> Warnings =>
    [
        .. formulas == 0
            ? []
            : (Finding[])[Findings.Warn(FindingCodes.CsvFormula, firstFormula, $"{Findings.Number(formulas)} fields begin as spreadsheet formulas")],
        .. utf8.Warnings,
        .. scan.Seen,
    ];

    public override IReadOnlyList<SummaryEntry> Summarise() =>
        [new("rows", Findings.Number(records)), new("columns", Findings.Number(columns)), .. samples.Entries];

    public override FileInspection Attach(FileInspection inspection) => inspection with { Rows = records };

    protected override void Release() => samples.Dispose();

    protected override void Read(ReadOnlySpan<byte> block)
    {
        if (Refuse(utf8.Append(block, Offset)))
        {
            return;
        }

        stream.Append(block, Offset);
        var at = 0;
        while (at < block.Length && Refusal is null)
        {
            if (block.Length - at >= CsvChunk.Bytes && CsvChunk.TryRead(block[at..], state, separator, out var chunk))
            {
                Count(chunk, Offset + at);
                at += CsvChunk.Bytes;
            }
            else
            {
                at = Steps(block, at, Math.Min(at + CsvChunk.Bytes, block.Length));
            }
        }

        if (Offset + block.Length - recordAt > InspectionLimits.LineBytes)
        {
            Refuse(RefusalCode.LimitExceeded, recordAt, $"record {records + 1} is longer than {Findings.Number(InspectionLimits.LineBytes)} bytes");
        }

        samples.EndBlock(block, Offset, records + 1, recordAt);
    }

    protected override void End()
    {
        if (Refuse(utf8.Complete(Offset)))
        {
            return;
        }

        stream.Complete(Offset);
        if (state is CsvState.Quoted or CsvState.QuotedStart or CsvState.SignInQuotes or CsvState.AfterCarriageReturn)
        {
            Refuse(RefusalCode.FormatMalformed, recordAt, $"record {records + 1} does not end");
        }
        else if (recordAt < Offset)
        {
            EndRecord(Offset);
            samples.EndBlock([], Offset, records + 1, recordAt);
        }
    }

    private static int Passed(int found, int all) => found < 0 ? all : found;

    /// <summary>Fields and records of ordinary bytes.</summary>
    private void Count(CsvChunk chunk, long offset)
    {
        var left = chunk.Separators;
        for (var ends = chunk.LineFeeds; ends != 0 && Refusal is null; ends &= ends - 1)
        {
            var place = BitOperations.TrailingZeroCount(ends);
            var before = (1UL << place) - 1;
            AddFields(BitOperations.PopCount(left & before));
            left &= ~before;
            var next = offset + place + 1;
            state = next - recordAt == 1 ? CsvState.FieldStart : ((chunk.Returns << 1 >> place) & 1) != 0 ? CsvState.AfterCarriageReturn : CsvState.Plain;
            EndRecord(next);
        }

        AddFields(BitOperations.PopCount(left));
        state = chunk.Next;
    }

    private int Steps(ReadOnlySpan<byte> block, int at, int to)
    {
        while (at < to && Refusal is null)
        {
            // Fields are passed over a vector at a time; only what may end one is looked at.
            at += state switch
            {
                CsvState.Plain => Passed(block[at..to].IndexOfAny(endsField), to - at),
                CsvState.Quoted => Passed(block[at..to].IndexOf((byte)'"'), to - at),
                _ => 0,
            };
            if (at < to)
            {
                Step(block[at], Offset + at);
                at++;
            }
        }

        return at;
    }

    private void AddFields(int count)
    {
        fields += count;
        if (count > 0 && fields >= InspectionLimits.CsvColumns)
        {
            Refuse(RefusalCode.LimitExceeded, recordAt, $"record {records + 1} has more than {Findings.Number(InspectionLimits.CsvColumns)} columns");
        }
    }

    private void Step(byte b, long at)
    {
        switch (state)
        {
            case CsvState.FieldStart when b == '"' && !IsQuoted:
                Refuse(RefusalCode.FormatMalformed, at, $"record {records + 1} has a field that begins with a quote, which readers take for quoting or for data");
                break;
            case CsvState.FieldStart when b == '"':
                state = CsvState.QuotedStart;
                break;
            case CsvState.FieldStart or CsvState.QuotedStart when b is (byte)'=' or (byte)'@':
                Formula(at);
                state = state == CsvState.FieldStart ? CsvState.Plain : CsvState.Quoted;
                break;
            case CsvState.FieldStart or CsvState.QuotedStart when b is (byte)'+' or (byte)'-':
                state = state == CsvState.FieldStart ? CsvState.SignAtStart : CsvState.SignInQuotes;
                break;
            case CsvState.SignAtStart or CsvState.SignInQuotes:
                AfterSign(b, at);
                break;
            case CsvState.QuotedStart or CsvState.Quoted:
                state = b == '"' ? CsvState.QuoteInQuoted : CsvState.Quoted;
                break;
            case CsvState.QuoteInQuoted when b == '"':
                state = CsvState.Quoted;
                break;
            case CsvState.AfterCarriageReturn:
                EndLine(b, at);
                break;
            default:
                Unquoted(b, at);
                break;
        }
    }

    /// <summary>A byte outside of quotes: it ends the field or belongs to it.</summary>
    private void Unquoted(byte b, long at)
    {
        switch (b)
        {
            case var _ when b == separator:
                state = CsvState.FieldStart;
                AddFields(1);
                break;
            case (byte)'\n':
                EndRecord(at + 1);
                break;
            case (byte)'\r':
                state = CsvState.AfterCarriageReturn;
                break;
            case (byte)'"' when IsQuoted:
                Refuse(RefusalCode.FormatMalformed, at, $"record {records + 1} has a quote in a field that is not quoted");
                break;
            default:
                if (state == CsvState.QuoteInQuoted)
                {
                    Refuse(RefusalCode.FormatMalformed, at, $"record {records + 1} has text behind a quoted field");
                }

                state = CsvState.Plain;
                break;
        }
    }

    private void EndLine(byte b, long at)
    {
        if (b == '\n')
        {
            EndRecord(at + 1);
        }
        else
        {
            Refuse(RefusalCode.FormatMalformed, at - 1, $"record {records + 1} has a carriage return that ends no line");
        }
    }

    private void EndRecord(long next)
    {
        if (!IsQuoted && fields == 0 && next - recordAt == state switch { CsvState.FieldStart => 1, CsvState.AfterCarriageReturn => 2, _ => -1 })
        {
            Refuse(RefusalCode.FormatMalformed, recordAt, $"record {records + 1} is blank");
            return;
        }

        if (columns == 0)
        {
            columns = fields + 1;
        }
        else if (columns != fields + 1)
        {
            Refuse(RefusalCode.FormatMalformed, recordAt, $"record {records + 1} has {fields + 1} columns, those before it {columns}");
            return;
        }

        records++;
        samples.End(records, recordAt, next);
        fields = 0;
        recordAt = next;
        state = CsvState.FieldStart;
    }

    /// <summary>A sign before a digit or point begins a number, which is data; before anything else, a formula.</summary>
    private void AfterSign(byte b, long at)
    {
        if (b is not ((>= (byte)'0' and <= (byte)'9') or (byte)'.' or (byte)'\r' or (byte)'\n' or (byte)'"') && b != separator)
        {
            Formula(at - 1);
        }

        state = state == CsvState.SignAtStart ? CsvState.Plain : CsvState.Quoted;
        Step(b, at);
    }

    private void Formula(long at)
    {
        firstFormula = formulas == 0 ? at : firstFormula;
        formulas++;
    }
}
