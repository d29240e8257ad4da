using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.High.Import.Web;

/// <summary>The target of a request as it was sent. The server's own reading of a path unescapes, drops dots and joins slashes, after which two names can be one.</summary>
internal static class RequestTarget
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Path and query of a request, both as sent; the query without its question mark.</summary>
    public static (string Path, string Query) Of(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // A proxy's clients write the whole address (RFC 9112 section 3.2.2).
        if (Uri.TryCreate(target, UriKind.Absolute, out var absolute) && absolute.Scheme == Uri.UriSchemeHttps)
        {
            target = target[target.IndexOf(absolute.Authority, StringComparison.OrdinalIgnoreCase)..][absolute.Authority.Length..];
        }

        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? (target, "") : (target[..query], target[(query + 1)..]);
    }

    /// <summary>A segment with its escapes (RFC 3986 section 2.1) taken back; null where they are malformed or are not UTF-8.</summary>
    public static string? Unescape(string segment)
    {
        if (!segment.Contains('%', StringComparison.Ordinal))
        {
            return segment;
        }

        var bytes = new byte[segment.Length];
        var length = 0;
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] == '%' && i + 2 < segment.Length && char.IsAsciiHexDigit(segment[i + 1]) && char.IsAsciiHexDigit(segment[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(segment.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else if (segment[i] is not '%' and < '\x80')
            {
                bytes[length++] = (byte)segment[i];
            }
            else
            {
                return null;
            }
        }

        try
        {
            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
