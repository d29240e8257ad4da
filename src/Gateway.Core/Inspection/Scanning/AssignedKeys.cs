using System.Buffers;
using System.Text;

namespace Gateway.Core.Inspection.Scanning;

/// <summary>
/// Values behind a word such as <c>password</c> that look random: at least 32 hexadecimal digits, or 20 characters of base64 with upper case, lower
/// case, digits, and sixteen letters and digits on end. The method is that of gitleaks' rule generic-api-key; what it takes for random there by
/// entropy is taken here by the kinds of characters, so that names, paths and numbers are not.
/// </summary>
internal static class AssignedKeys
{
    private const string Kind = "value of a key, token or password";
    private const int ShortestValue = 20;
    private const int ShortestHexadecimal = 32;
    private const int RandomBytes = 16;

    private static readonly SearchValues<byte> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_=-"u8);
    private static readonly SearchValues<byte> Hexadecimal = SearchValues.Create("0123456789ABCDEFabcdef"u8);

    /// <summary>Words that stand before a value.</summary>
    private static readonly byte[][] Words = [[.. "token"u8], [.. "secret"u8], [.. "password"u8], [.. "passwd"u8], [.. "pwd"u8]];

    /// <summary>Words that make of a key, which may be that of a row, one that opens something.</summary>
    private static readonly byte[][] BeforeKey = [[.. "api"u8], [.. "access"u8], [.. "secret"u8], [.. "private"u8], [.. "auth"u8], [.. "account"u8]];

    /// <summary>A value behind the word that ends with the anchor at a place; null where there is none.</summary>
    public static KeySeen? Behind(ReadOnlySpan<byte> text, int anchor)
    {
        const int LongestQuote = 3;
        const int LongestGap = 4;
        var wordEnd = anchor + 3;
        var at = wordEnd + Skip(text[wordEnd..], "\"'\\"u8, LongestQuote);
        at += Skip(text[at..], " \t"u8, LongestGap);
        if (at >= text.Length || text[at] is not ((byte)'=' or (byte)':') || !EndsWithWord(text[..wordEnd], isAnyKey: text[at] == '='))
        {
            return null;
        }

        at++;
        at += Skip(text[at..], " \t"u8, LongestGap);
        at += Skip(text[at..], "\"'\\"u8, LongestQuote);
        return Value(text, at);
    }

    /// <summary>True for the name of a member whose value opens something.</summary>
    public static bool IsName(ReadOnlySpan<byte> name) => TextAnchors.MayEndWord(name) && EndsWithWord(name, isAnyKey: false);

    /// <summary>A value that begins at a place; null where it does not look random, or is a key by its own beginning and counted as such.</summary>
    public static KeySeen? Value(ReadOnlySpan<byte> text, int at)
    {
        var value = text.Slice(at, Math.Min(text.Length - at, TextLimits.KeyBytes));
        value = value[..(value.IndexOfAnyExcept(Base64) is >= 0 and var end ? end : value.Length)];
        if (value.Length is < ShortestValue or TextLimits.KeyBytes || !IsRandom(value) || KeyShapes.At(text, at, TextAnchors.At(text, at) & TextAnchor.Keys) is not null)
        {
            return null;
        }

        // A dot goes on with a file's ending, a member or a number, a bracket with a call.
        var rest = text[(at + value.Length)..];
        return rest is [(byte)'(', ..] || (rest is [(byte)'.', var next, ..] && Base64.Contains(next)) ? null : new KeySeen(Kind, at, value.Length);
    }

    private static bool IsRandom(ReadOnlySpan<byte> value)
    {
        if (!value.ContainsAnyInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        if (!value.ContainsAnyExcept(Hexadecimal))
        {
            return value.Length >= ShortestHexadecimal && value.ContainsAnyExceptInRange((byte)'0', (byte)'9');
        }

        return value.ContainsAnyInRange((byte)'A', (byte)'Z') && value.ContainsAnyInRange((byte)'a', (byte)'z') && KeyShapes.HasRandomRun(value, RandomBytes);
    }

    private static bool EndsWithWord(ReadOnlySpan<byte> text, bool isAnyKey)
    {
        foreach (var word in Words)
        {
            if (EndsWith(text, word))
            {
                return true;
            }
        }

        if (!EndsWith(text, "key"u8))
        {
            return false;
        }

        text = text[..^3];
        text = text is [.., (byte)'_' or (byte)'-' or (byte)' '] ? text[..^1] : text;
        foreach (var word in isAnyKey ? [] : BeforeKey)
        {
            if (EndsWith(text, word))
            {
                return true;
            }
        }

        return isAnyKey;
    }

    private static bool EndsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) =>
        text.Length >= word.Length && Ascii.EqualsIgnoreCase(text[^word.Length..], word);

    private static int Skip(ReadOnlySpan<byte> text, ReadOnlySpan<byte> any, int most)
    {
        var length = 0;
        while (length < Math.Min(text.Length, most) && any.Contains(text[length]))
        {
            length++;
        }

        return length;
    }
}
