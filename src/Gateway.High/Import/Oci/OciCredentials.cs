using System.Text;
using Gateway.Core;
using Gateway.High.Import.Access;

namespace Gateway.High.Import.Oci;

/// <summary>
/// What clients of registries bring: Basic (RFC 7617) with any name and a token as the password, or with a key's id and secret; or the token as a bearer's (RFC 6750).
/// </summary>
internal static class OciCredentials
{
    private const string Basic = "Basic ";
    private const string Bearer = "Bearer ";

    /// <summary>The token of a header. Refuses with <see cref="RefusalCode.AccessKeyInvalid"/>.</summary>
    public static Outcome<string> ReadToken(string authorization) =>
        authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim()
        : authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) ? ReadBasic(authorization[Basic.Length..].Trim())
        : new Refusal(RefusalCode.AccessKeyInvalid, "no name and password, and no bearer token");

    private static Outcome<string> ReadBasic(string encoded)
    {
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
        {
            return new Refusal(RefusalCode.AccessKeyInvalid, "name and password are not in base64");
        }

        // Bytes that are no ASCII become characters that no key has.
        var pair = Encoding.ASCII.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        var (name, password) = colon < 0 ? ("", "") : (pair[..colon], pair[(colon + 1)..]);
        return AccessSecrets.IsId(name) && password.Length == AccessSecrets.SecretLength ? AccessGate.TokenOf(name, password) : password;
    }
}
