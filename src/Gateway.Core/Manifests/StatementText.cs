using System.Globalization;
using System.Text;

namespace Gateway.Core.Manifests;

/// <summary>What text may be in documents of ours.</summary>
public static class StatementText
{
    /// <summary>Longest id of a person, machine, class, lane, enclave or site, in characters: as an artifact's name.</summary>
    public const int MaximumIdLength = 96;

    /// <summary>Longest name of a format, in characters.</summary>
    public const int MaximumFormatLength = 32;

    internal const string InstantFormat = "yyyy-MM-ddTHH:mm:ssZ";

    /// <summary>True for <c>[A-Za-z0-9][A-Za-z0-9._@-]{0,95}</c>: safe in a URN, a file name and a policy.</summary>
    public static bool IsId(string? text)
    {
        if (text is not { Length: > 0 and <= MaximumIdLength } || !char.IsAsciiLetterOrDigit(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-' or '@'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True for a transfer id: 32 lower-case hex digits.</summary>
    public static bool IsTransferId(string? text)
    {
        if (text is not { Length: 32 })
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True for <c>[a-z0-9][a-z0-9.-]{0,31}</c>.</summary>
    public static bool IsFormat(string? text)
    {
        if (text is not { Length: > 0 and <= MaximumFormatLength } || !IsLower(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!IsLower(c) && c is not ('.' or '-'))
            {
                return false;
            }
        }

        return true;

        static bool IsLower(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
    }

    /// <summary>
    /// True for text that looks to an approver like what it is: no control characters but line feeds, nothing that changes the direction
    /// of writing or is invisible, no lone surrogates.
    /// </summary>
    public static bool IsPlain(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                return false;
            }

            if (text[i] != '\n' && IsDeceptive(rune))
            {
                return false;
            }

            i += rune.Utf16SequenceLength - 1;
        }

        return true;
    }

    /// <summary>Control, format (bidirectional marks among them), line and paragraph separators, and what is no character.</summary>
    internal static bool IsDeceptive(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate;

    internal static DateTimeOffset WholeSeconds(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    /// <summary>RFC 3339, UTC, whole seconds.</summary>
    internal static string Write(DateTimeOffset instant) => instant.UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture);

    internal static bool TryParseInstant(string text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(text, InstantFormat, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
}
