using System.Runtime.Intrinsics;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// What 64 bytes of CSV or TSV are, a bit for each, the lowest for the first: what is in quotes is told by how many quotes are before it (the method of simdjson). Where they hold nothing
/// but whole and ordinary fields, records follow from counting; else they are to be read byte by byte, which finds what is wrong and where.
/// </summary>
internal readonly struct CsvChunk
{
    public const int Bytes = 64;

    private const ulong Last = 1UL << (Bytes - 1);

    private CsvChunk(ulong separators, ulong lineFeeds, ulong returns, CsvState next) =>
        (Separators, LineFeeds, Returns, Next) = (separators, lineFeeds, returns, next);

    /// <summary>Separators that end a field.</summary>
    public ulong Separators { get; }

    /// <summary>Line feeds that end a record.</summary>
    public ulong LineFeeds { get; }

    /// <summary>Carriage returns that end a record.</summary>
    public ulong Returns { get; }

    /// <summary>Where the byte behind them stands.</summary>
    public CsvState Next { get; }

    /// <summary>Reads the first bytes of a text; false where they are to be read one by one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="state">Where its first byte stands.</param>
    /// <param name="separator">Comma, or tab, with which quotes do not quote.</param>
    /// <param name="chunk">What the bytes are.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, CsvState state, byte separator, out CsvChunk chunk)
    {
        chunk = default;
        if (state is CsvState.AfterCarriageReturn or CsvState.SignAtStart or CsvState.SignInQuotes)
        {
            return false;
        }

        var bytes = Vector512.Create(text);
        var quotes = Places(bytes, '"');
        var isQuoted = separator == ',';
        var quoted = isQuoted ? InQuotes(quotes) : 0;
        quoted = state is CsvState.Quoted or CsvState.QuotedStart ? ~quoted : quoted;
        var (anySeparators, anyLineFeeds, anyReturns) = (Places(bytes, (char)separator), Places(bytes, '\n'), Places(bytes, '\r'));
        var (separators, lineFeeds, returns) = (anySeparators & ~quoted, anyLineFeeds & ~quoted, anyReturns & ~quoted);

        // Each is one place behind what it is told by, or behind the text that came before.
        var starts = ((separators | lineFeeds) << 1) | Bit(state == CsvState.FieldStart);
        var opening = isQuoted ? quotes & quoted : 0;
        var closing = isQuoted ? quotes & ~quoted : 0;
        var behindClosing = (closing << 1) | Bit(state == CsvState.QuoteInQuoted);
        var begins = starts | ((opening & starts) << 1) | Bit(state == CsvState.QuotedStart);

        var wrong = (opening & ~(starts | behindClosing))
            | (behindClosing & ~(separators | lineFeeds | returns | quotes))
            | ((returns << 1) & ~anyLineFeeds)
            | (begins & (Places(bytes, '=') | Places(bytes, '@')))
            | (isQuoted ? 0 : quotes & starts);
        var signs = begins & (Places(bytes, '+') | Places(bytes, '-'));
        if (signs != 0)
        {
            // A number, or nothing but a sign; one that ends the bytes is seen with those behind it.
            var harmless = Digits(bytes) | Places(bytes, '.') | quotes | anySeparators | anyLineFeeds | anyReturns;
            wrong |= (signs & Last) | ((signs << 1) & ~harmless);
        }

        if (wrong != 0)
        {
            return false;
        }

        var next = (quoted & Last) != 0 ? ((opening & starts & Last) != 0 ? CsvState.QuotedStart : CsvState.Quoted)
            : (closing & Last) != 0 ? CsvState.QuoteInQuoted
            : ((separators | lineFeeds) & Last) != 0 ? CsvState.FieldStart
            : (returns & Last) != 0 ? CsvState.AfterCarriageReturn
            : CsvState.Plain;
        chunk = new(separators, lineFeeds, returns, next);
        return true;
    }

    private static ulong Bit(bool isSet) => isSet ? 1UL : 0;

    private static ulong Places(Vector512<byte> bytes, char of) => Vector512.Equals(bytes, Vector512.Create((byte)of)).ExtractMostSignificantBits();

    private static ulong Digits(Vector512<byte> bytes) => Vector512.LessThan(bytes - Vector512.Create((byte)'0'), Vector512.Create((byte)10)).ExtractMostSignificantBits();

    /// <summary>From a quote on, itself with it, to the next, itself without: each bit is the sum of those up to it.</summary>
    private static ulong InQuotes(ulong quotes)
    {
        if (quotes != 0)
        {
            for (var by = 1; by < Bytes; by *= 2)
            {
                quotes ^= quotes << by;
            }
        }

        return quotes;
    }
}
