using System.Globalization;
using System.Text;

namespace Gateway.Core.Inspection;

/// <summary>Makes findings whose messages are printable ASCII, so that what a hostile file is called cannot disturb who reads of it.</summary>
internal static class Findings
{
    /// <summary>Longest quotation from a file, in characters: enough to find the place.</summary>
    private const int QuotedCharacters = 80;

    public static Finding Refuse(RefusalCode code, long? offset, string message) =>
        new(RefusalCatalogue.Of(code).Name, Severity.Refused, offset, message);

    public static Finding Warn(string code, long? offset, string message, string evidence = "") => new(code, Severity.Warning, offset, message, evidence);

    public static Finding Inform(string code, long? offset, string message, string evidence = "") => new(code, Severity.Info, offset, message, evidence);

    /// <summary>A name from a file, quoted: everything but printable ASCII is escaped, and what is too long is cut.</summary>
    public static string Quote(ReadOnlySpan<byte> utf8, int characters = QuotedCharacters) => $"\"{Shown(utf8, characters, "\"\\")}\"";

    /// <summary>Text from a file as it is there, quotes and backslashes too: everything but printable ASCII is escaped, and what is too long is cut.</summary>
    public static string Show(ReadOnlySpan<byte> utf8, int characters) => Shown(utf8, characters, "");

    /// <summary>As <see cref="Quote(ReadOnlySpan{byte}, int)"/>.</summary>
    public static string Quote(string text) => Quote(Encoding.UTF8.GetBytes(text));

    private static string Shown(ReadOnlySpan<byte> utf8, int characters, string alsoEscaped)
    {
        var shown = new StringBuilder();
        while (!utf8.IsEmpty)
        {
            if (shown.Length >= characters)
            {
                return shown.Append("...").ToString();
            }

            // Invalid bytes decode as U+FFFD and are shown as that escape.
            _ = Rune.DecodeFromUtf8(utf8, out var rune, out var consumed);
            utf8 = utf8[consumed..];
            if (rune.Value is >= ' ' and <= '~' && !alsoEscaped.Contains((char)rune.Value))
            {
                shown.Append((char)rune.Value);
            }
            else
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }
        }

        return shown.ToString();
    }

    /// <summary>A number with thousands separated, invariant.</summary>
    public static string Number<T>(T value)
        where T : System.Numerics.INumber<T> => value.ToString("#,0", CultureInfo.InvariantCulture);
}
