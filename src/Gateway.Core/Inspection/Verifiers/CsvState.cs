namespace Gateway.Core.Inspection.Verifiers;

/// <summary>Where in a record of CSV the next byte stands.</summary>
internal enum CsvState
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
