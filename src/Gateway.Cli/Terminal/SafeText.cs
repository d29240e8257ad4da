using System.Globalization;
using System.Text;

namespace Gateway.Cli.Terminal;

/// <summary>
/// Text from a file or a server, made harmless to a terminal and to the eye: no control or escape sequence moves the cursor, no
/// bidirectional mark reorders what an approver reads, no invisible character hides in a name.
/// </summary>
internal static class SafeText
{
    /// <summary>One line; everything that is not plainly visible is written as <c>\u{hex}</c>.</summary>
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsVisible(rune))
            {
                safe.Append(rune.ToString());
            }
            else
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }
        }

        return safe.ToString();
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        // U+FFFD also stands for a broken surrogate; the reader must not mistake it for the name's own character.
        _ => rune.Value is ' ' || (rune.Value != 0xFFFD && !Rune.IsWhiteSpace(rune)),
    };
}
