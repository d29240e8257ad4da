namespace Gateway.Core.Trust;

/// <summary>Kinds of signing key. The kind comes from the trusted key record, never from a message.</summary>
public enum KeyKind
{
    /// <summary>ECDSA on NIST P-384 with SHA-384; signatures are DER (RFC 3279).</summary>
    EcdsaP384 = 1,

    /// <summary>Ed25519 (RFC 8032), pure; signatures are 64 bytes.</summary>
    Ed25519 = 2,
}

/// <summary>Key kinds as documents and people write them.</summary>
public static class KeyKindName
{
    /// <summary><c>ecdsa-p384</c> or <c>ed25519</c>.</summary>
    public static string Of(KeyKind kind) => kind switch
    {
        KeyKind.EcdsaP384 => "ecdsa-p384",
        KeyKind.Ed25519 => "ed25519",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Reads exactly what <see cref="Of"/> writes.</summary>
    public static bool TryParse(string? text, out KeyKind kind)
    {
        kind = text switch
        {
            "ecdsa-p384" => KeyKind.EcdsaP384,
            "ed25519" => KeyKind.Ed25519,
            _ => default,
        };
        return kind != default;
    }
}
