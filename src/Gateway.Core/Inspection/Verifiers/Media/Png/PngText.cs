using System.Text.Unicode;

namespace Gateway.Core.Inspection.Verifiers.Media.Png;

/// <summary>tEXt, zTXt, iTXt and iCCP, which begin with a keyword (PNG, 11.3.2, 11.3.3).</summary>
internal static class PngText
{
    private const int KeywordBytes = 79;

    /// <summary>What is wrong with a chunk, or null. Bytes counts what it holds once inflated.</summary>
    public static string? Read(string type, ReadOnlySpan<byte> data, out long bytes)
    {
        bytes = data.Length;
        var end = data.IndexOf((byte)0);
        if (end < 1 || !IsKeyword(data[..end]))
        {
            return "a keyword that the standard does not allow";
        }

        var rest = data[(end + 1)..];
        return type switch
        {
            "tEXt" => IsLatin(rest) ? null : "text with control characters",
            "iTXt" => International(rest, ref bytes),
            _ when rest.IsEmpty || rest[0] != 0 => "a compression method that does not exist",
            "iCCP" => Profile(rest[1..], ref bytes),
            _ => Compressed(rest[1..], IsLatin, ref bytes),
        };
    }

    private static string? International(ReadOnlySpan<byte> data, ref long bytes)
    {
        if (data.Length < 4 || data[0] > 1 || data[1] != 0)
        {
            return "a compression method that does not exist";
        }

        var isCompressed = data[0] == 1;
        data = data[2..];
        var language = data.IndexOf((byte)0);
        if (language < 0 || data[..language].ContainsAnyExcept(LanguageCharacters))
        {
            return "text without a language tag";
        }

        data = data[(language + 1)..];
        var keyword = data.IndexOf((byte)0);
        if (keyword < 0 || !IsUtf8(data[..keyword]))
        {
            return "text without a translated keyword";
        }

        data = data[(keyword + 1)..];
        return isCompressed ? Compressed(data, IsUtf8, ref bytes) : IsUtf8(data) ? null : "text that is not UTF-8, or has control characters";
    }

    private static string? Profile(ReadOnlySpan<byte> data, ref long bytes) =>
        Compressed(data, p => IccProfile.IsHeader(p, p.Length), ref bytes) is null ? null : "a colour profile that is none";

    private static string? Compressed(ReadOnlySpan<byte> data, Func<ReadOnlySpan<byte>, bool> isGood, ref long bytes)
    {
        if (ZlibText.Inflate(data, MediaLimits.MetadataBytes) is not { } text)
        {
            return "compressed text that does not inflate, or to too much";
        }

        bytes = Math.Max(bytes, text.Length);
        return isGood(text) ? null : "compressed text with control characters";
    }

    private static readonly System.Buffers.SearchValues<byte> LanguageCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"u8);

    private static bool IsKeyword(ReadOnlySpan<byte> keyword)
    {
        foreach (var b in keyword)
        {
            if (b is < 0x20 or (> 0x7E and < 0xA1))
            {
                return false;
            }
        }

        return keyword.Length <= KeywordBytes && keyword[0] != ' ' && keyword[^1] != ' ' && keyword.IndexOf("  "u8) < 0;
    }

    private static bool IsLatin(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
        {
            if (b is < 0x20 and not (byte)'\n' and not (byte)'\r' and not (byte)'\t')
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsUtf8(ReadOnlySpan<byte> text) => IsLatin(text) && Utf8.IsValid(text);
}
