using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Gateway.Core;

namespace Gateway.Hosting.Calls;

/// <summary>Page sizes as AIP-158 has them.</summary>
public static class PageSize
{
    /// <summary>0 means the default, more than the most means the most; a negative size is refused with <see cref="RefusalCode.RequestInvalid"/>.</summary>
    public static Outcome<int> Of(int requested, int @default, int maximum) => requested switch
    {
        < 0 => new Refusal(RefusalCode.RequestInvalid, "page_size is negative"),
        0 => @default,
        _ => Math.Min(requested, maximum),
    };
}

/// <summary>
/// Tokens that say where a list goes on. They are opaque to callers and bound to one list with its filter; they grant nothing, so they are
/// checked, not signed.
/// </summary>
public static class PageToken
{
    /// <summary>Longest token that is looked at, in characters: a list's name and one key.</summary>
    public const int MaximumLength = 512;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A token for the page after a key.</summary>
    /// <param name="list">The list and its filter, e.g. <c>transfers:state=4</c>; without line breaks.</param>
    /// <param name="after">Key of the last row of this page.</param>
    public static string After(string list, string after) => Base64Url.EncodeToString(StrictUtf8.GetBytes($"1\n{list}\n{after}"));

    /// <summary>A token for the page after a number.</summary>
    public static string After(string list, long after) => After(list, after.ToString(CultureInfo.InvariantCulture));

    /// <summary>The key after which the page begins; empty for the first page. Refuses with <see cref="RefusalCode.PageTokenInvalid"/>.</summary>
    public static Outcome<string> Read(string list, string token)
    {
        if (token.Length == 0)
        {
            return "";
        }

        var refusal = new Refusal(RefusalCode.PageTokenInvalid, "page_token");
        if (token.Length > MaximumLength || !Base64Url.IsValid(token))
        {
            return refusal;
        }

        try
        {
            var parts = StrictUtf8.GetString(Base64Url.DecodeFromChars(token)).Split('\n');
            return parts is ["1", var name, { Length: > 0 } after] && name == list ? after : refusal;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            return refusal;
        }
    }

    /// <summary>The number after which the page begins; <paramref name="first"/> for the first page.</summary>
    public static Outcome<long> ReadNumber(string list, string token, long first)
    {
        if (!Read(list, token).Succeeded(out var after, out var refusal))
        {
            return refusal;
        }

        if (after.Length == 0)
        {
            return first;
        }

        return long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : new Refusal(RefusalCode.PageTokenInvalid, "page_token");
    }
}
