using System.Security.Cryptography;
using System.Text;

namespace Gateway.High.Import.S3;

/// <summary>
/// AWS Signature Version 4 as S3 has it (IAM User Guide, "Create a signed AWS API request"; S3 API Reference, "Authenticating Requests"): paths are escaped once
/// and not normalised.
/// </summary>
internal static class SignatureV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Form of the time that is signed.</summary>
    public const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Ends every scope.</summary>
    public const string Terminator = "aws4_request";

    /// <summary>Step 1. Headers are given in the order of <paramref name="signedHeaders"/>.</summary>
    public static string CanonicalRequest(
        string method, string path, string canonicalQuery, IEnumerable<(string Name, string Value)> headers, string signedHeaders, string payloadHash) =>
        $"{method}\n{EscapePath(path)}\n{canonicalQuery}\n{string.Concat(headers.Select(header => $"{header.Name}:{Trim(header.Value)}\n"))}\n{signedHeaders}\n{payloadHash}";

    /// <summary>Steps 2 and 3.</summary>
    public static string StringToSign(string time, string scope, string canonicalRequest) =>
        $"{Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest)))}";

    /// <summary>Step 4: the signature, hex, under the key that follows from a secret and a scope (<c>date/region/service/aws4_request</c>).</summary>
    public static string Sign(string secret, string scope, string stringToSign)
    {
        var key = Encoding.UTF8.GetBytes($"AWS4{secret}");
        foreach (var part in scope.Split('/'))
        {
            key = Mac(key, part);
        }

        return Convert.ToHexStringLower(Mac(key, stringToSign));
    }

    /// <summary>Escapes all but letters, digits and <c>- . _ ~</c>.</summary>
    public static string Escape(string text) => Uri.EscapeDataString(text);

    /// <summary>As <see cref="Escape"/>, and slashes stay.</summary>
    public static string EscapePath(string path) => Escape(path).Replace("%2F", "/", StringComparison.Ordinal);

    // Spaces at the ends go, several within become one.
    private static string Trim(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
