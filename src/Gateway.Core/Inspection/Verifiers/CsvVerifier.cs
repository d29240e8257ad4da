using System.Buffers;
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
    private State state = State.FieldStart;
    private long records;
    private long recordAt;
    private int columns;
    private int fields;
    private long formulas;
    private long firstFormula;

    /// <summary>Where in a record the next byte stands.</summary>
    private enum State
    {
        FieldStart,
        QuotedStart,
        Plain,
        Quoted,
        QuoteInQuoted,
        AfterCarriageReturn,
        SignAtStart,
        SignInQuotes,
    }

    /// <param name="format">Values separated by commas, or by tabs.</param>
    public CsvVerifier(FileFormat format)
    {
        Format = format;
        separator = (byte)(format == FileFormat.Tsv ? '\t' : ',');
        endsField = SearchValues.Create([separator, (byte)'\r', (byte)'\n', (byte)(IsQuoted ? '"' : '\n')]);
        stream = new TextStream(scan);
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

    public override IReadOnlyList<SummaryEntry> Summarise() => [new("rows", Findings.Number(records)), new("columns", Findings.Number(columns))];

    public override FileInspection Attach(FileInspection inspection) => inspection with { Rows = records };

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
            // Fields are passed over a vector at a time; only what may end one is looked at.
            at += state switch
            {
                State.Plain => Passed(block[at..].IndexOfAny(endsField), block.Length - at),
                State.Quoted => Passed(block[at..].IndexOf((byte)'"'), block.Length - at),
                _ => 0,
            };
            if (at < block.Length)
            {
                Step(block[at], Offset + at);
                at++;
            }
        }

        if (Offset + block.Length - recordAt > InspectionLimits.LineBytes)
        {
            Refuse(RefusalCode.LimitExceeded, recordAt, $"record {records + 1} is longer than {Findings.Number(InspectionLimits.LineBytes)} bytes");
        }
    }

    protected override void End()
    {
        if (Refuse(utf8.Complete(Offset)))
        {
            return;
        }

        stream.Complete(Offset);
        if (state is State.Quoted or State.QuotedStart or State.SignInQuotes or State.AfterCarriageReturn)
        {
            Refuse(RefusalCode.FormatMalformed, recordAt, $"record {records + 1} does not end");
        }
        else if (recordAt < Offset)
        {
            EndRecord(Offset);
        }
    }

    private static int Passed(int found, int all) => found < 0 ? all : found;

    private void Step(byte b, long at)
    {
        switch (state)
        {
            case State.FieldStart when b == '"' && !IsQuoted:
                Refuse(RefusalCode.FormatMalformed, at, $"record {records + 1} has a field that begins with a quote, which readers take for quoting or for data");
                break;
            case State.FieldStart when b == '"':
                state = State.QuotedStart;
                break;
            case State.FieldStart or State.QuotedStart when b is (byte)'=' or (byte)'@':
                Formula(at);
                state = state == State.FieldStart ? State.Plain : State.Quoted;
                break;
            case State.FieldStart or State.QuotedStart when b is (byte)'+' or (byte)'-':
                state = state == State.FieldStart ? State.SignAtStart : State.SignInQuotes;
                break;
            case State.SignAtStart or State.SignInQuotes:
                AfterSign(b, at);
                break;
            case State.QuotedStart or State.Quoted:
                state = b == '"' ? State.QuoteInQuoted : State.Quoted;
                break;
            case State.QuoteInQuoted when b == '"':
                state = State.Quoted;
                break;
            case State.AfterCarriageReturn:
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
                state = State.FieldStart;
                if (++fields >= InspectionLimits.CsvColumns)
                {
                    Refuse(
                        RefusalCode.LimitExceeded, recordAt, $"record {records + 1} has more than {Findings.Number(InspectionLimits.CsvColumns)} columns");
                }

                break;
            case (byte)'\n':
                EndRecord(at + 1);
                break;
            case (byte)'\r':
                state = State.AfterCarriageReturn;
                break;
            case (byte)'"' when IsQuoted:
                Refuse(RefusalCode.FormatMalformed, at, $"record {records + 1} has a quote in a field that is not quoted");
                break;
            default:
                if (state == State.QuoteInQuoted)
                {
                    Refuse(RefusalCode.FormatMalformed, at, $"record {records + 1} has text behind a quoted field");
                }

                state = State.Plain;
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
        if (!IsQuoted && fields == 0 && next - recordAt == state switch { State.FieldStart => 1, State.AfterCarriageReturn => 2, _ => -1 })
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
        fields = 0;
        recordAt = next;
        state = State.FieldStart;
    }

    /// <summary>A sign before a digit or point begins a number, which is data; before anything else, a formula.</summary>
    private void AfterSign(byte b, long at)
    {
        if (b is not ((>= (byte)'0' and <= (byte)'9') or (byte)'.' or (byte)'\r' or (byte)'\n' or (byte)'"') && b != separator)
        {
            Formula(at - 1);
        }

        state = state == State.SignAtStart ? State.Plain : State.Quoted;
        Step(b, at);
    }

    private void Formula(long at)
    {
        firstFormula = formulas == 0 ? at : firstFormula;
        formulas++;
    }
}
