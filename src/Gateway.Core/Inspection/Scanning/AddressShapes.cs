using System.Buffers;
using System.Text;

namespace Gateway.Core.Inspection.Scanning;

/// <summary>URLs and mail addresses around their anchors, in ASCII as people write them (RFC 3986, 3.2; RFC 5321, 4.1.2 without quoting).</summary>
internal static class AddressShapes
{
    private const int LongestScheme = 5;

    private static readonly SearchValues<byte> Alphanumerics = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"u8);
    private static readonly SearchValues<byte> LocalBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-"u8);
    private static readonly SearchValues<byte> DomainBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"u8);

    /// <summary>What an authority is of; bytes of other scripts belong to hosts as browsers show them.</summary>
    private static readonly SearchValues<byte> AuthorityBytes = SearchValues.Create(
        [.. "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&*+;=:@[]"u8, .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b)]);

    /// <summary>Schemes by which programs fetch or send: the web, file transfer, and the stores of clouds and clusters.</summary>
    private static readonly byte[][] Schemes =
    [
        [.. "http"u8], [.. "https"u8], [.. "ftp"u8], [.. "ftps"u8], [.. "sftp"u8], [.. "ssh"u8], [.. "git"u8], [.. "file"u8], [.. "smb"u8],
        [.. "ws"u8], [.. "wss"u8], [.. "ldap"u8], [.. "ldaps"u8], [.. "s3"u8], [.. "s3a"u8], [.. "gs"u8], [.. "az"u8], [.. "abfs"u8], [.. "abfss"u8],
        [.. "wasb"u8], [.. "wasbs"u8], [.. "adl"u8], [.. "hdfs"u8], [.. "hf"u8],
    ];

    /// <summary>Where the URL begins whose colon is at a place, and its host; -1 where there is none.</summary>
    public static int Url(ReadOnlySpan<byte> text, int colon, out Range host)
    {
        var begin = Back(text, colon, Alphanumerics, LongestScheme + 1);
        var scheme = text[begin..colon];
        host = default;
        if (!IsScheme(scheme))
        {
            return -1;
        }

        var authority = text[(colon + 3)..];
        authority = authority[..Math.Min(authority.Length, TextLimits.AuthorityBytes)];
        var end = authority.IndexOfAnyExcept(AuthorityBytes) is >= 0 and var other ? other : authority.Length;
        if (end == TextLimits.AuthorityBytes)
        {
            // Where the user ends and the host begins is not known; neither is shown.
            return begin;
        }

        var from = authority[..end].LastIndexOf((byte)'@') + 1;
        var name = authority[from..end];
        var to = name is [(byte)'[', ..] ? name.IndexOf((byte)']') + 1 : name.IndexOf((byte)':') is >= 0 and var port ? port : name.Length;
        host = (colon + 3 + from)..(colon + 3 + from + to);
        var isFile = to == 0 && authority is [(byte)'/', ..] && Ascii.EqualsIgnoreCase(scheme, "file"u8);
        return isFile || (to > 0 && (Alphanumerics.Contains(name[0]) || name[0] is (byte)'[' or >= 0x80)) ? begin : -1;
    }

    /// <summary>Where the mail address begins whose @ is at a place; -1 where there is none.</summary>
    public static int Mail(ReadOnlySpan<byte> text, int at)
    {
        var begin = Back(text, at, LocalBytes, TextLimits.LocalPartBytes + 1);
        if (at - begin > TextLimits.LocalPartBytes)
        {
            return -1;
        }

        begin += text[begin..at].IndexOfAny(Alphanumerics) is >= 0 and var first ? first : at - begin;
        var domain = text[(at + 1)..];
        domain = domain[..Math.Min(domain.Length, TextLimits.DomainBytes + 1)];
        domain = domain[..(domain.IndexOfAnyExcept(DomainBytes) is >= 0 and var end ? end : domain.Length)];
        if (begin == at || domain.Length > TextLimits.DomainBytes)
        {
            return -1;
        }

        domain = domain.TrimEnd(".-"u8);
        var top = domain[(domain.LastIndexOf((byte)'.') + 1)..];
        return top.Length >= 2 && top.Length + 1 < domain.Length && Alphanumerics.Contains(domain[0]) && IsLetters(top) && domain.IndexOf(".."u8) < 0 ? begin : -1;
    }

    private static bool IsScheme(ReadOnlySpan<byte> text)
    {
        foreach (var scheme in Schemes)
        {
            if (Ascii.EqualsIgnoreCase(text, scheme))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsLetters(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
        {
            if (!char.IsAsciiLetter((char)b))
            {
                return false;
            }
        }

        return true;
    }

    private static int Back(ReadOnlySpan<byte> text, int from, SearchValues<byte> over, int most)
    {
        var window = text[Math.Max(0, from - most)..from];
        return from - window.Length + window.LastIndexOfAnyExcept(over) + 1;
    }
}
