using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Gateway.Core.Trust;

/// <summary>A public key in its one canonical encoding, so that equal keys have equal bytes.</summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    private const string PemLabel = "PUBLIC KEY";

    private readonly byte[] spki;

    private PublicKey(KeyKind kind, byte[] spki)
    {
        Kind = kind;
        this.spki = spki;
        KeyId = Digest.Of(spki).Hex;
    }

    /// <summary>The algorithm that verifies with it.</summary>
    public KeyKind Kind { get; }

    /// <summary>SubjectPublicKeyInfo (RFC 5280), DER.</summary>
    public ReadOnlyMemory<byte> Spki => spki;

    /// <summary>Lower-case hex SHA-256 of <see cref="Spki"/>.</summary>
    public string KeyId { get; }

    /// <summary>The DER before the key's own bytes: SEQUENCE, algorithm, BIT STRING, and for P-384 the mark of an uncompressed point (RFC 5480).</summary>
    private static ReadOnlySpan<byte> EcdsaP384Prefix =>
    [
        0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04,
    ];

    /// <summary>The same for Ed25519 (RFC 8410).</summary>
    private static ReadOnlySpan<byte> Ed25519Prefix => [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00];

    /// <summary>
    /// Reads a SubjectPublicKeyInfo of a known kind. Refuses with <see cref="RefusalCode.KeyInvalid"/>, other encodings of the same key included:
    /// a key with two spellings would count twice.
    /// </summary>
    public static Outcome<PublicKey> FromSpki(ReadOnlySpan<byte> spki)
    {
        if (HasForm(spki, EcdsaP384Prefix, pointBytes: 96))
        {
            return IsOnCurve(spki) ? new PublicKey(KeyKind.EcdsaP384, spki.ToArray()) : Invalid("not a point of P-384");
        }

        if (HasForm(spki, Ed25519Prefix, Ed25519.PublicKeySize))
        {
            return Ed25519.ValidatePublicKeyFull(spki[Ed25519Prefix.Length..].ToArray(), 0)
                ? new PublicKey(KeyKind.Ed25519, spki.ToArray())
                : Invalid("not a public key of Ed25519");
        }

        return Invalid("neither an uncompressed P-384 key nor an Ed25519 key");
    }

    /// <summary>Reads one <c>PUBLIC KEY</c> PEM.</summary>
    public static Outcome<PublicKey> FromPem(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields) || !pem.AsSpan()[fields.Label].SequenceEqual(PemLabel))
        {
            return Invalid("no PEM of a PUBLIC KEY");
        }

        return FromSpki(Convert.FromBase64String(pem[fields.Base64Data]));
    }

    /// <summary>The <c>PUBLIC KEY</c> PEM, with a line feed at its end.</summary>
    public string ToPem() => PemEncoding.WriteString(PemLabel, spki) + "\n";

    /// <summary>True where this key signed exactly these bytes. Never throws, whatever the signature is.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => Kind switch
    {
        KeyKind.EcdsaP384 => VerifyEcdsa(data, signature),
        KeyKind.Ed25519 => VerifyEd25519(data, signature),
        _ => throw new InvalidOperationException("A key without a kind."),
    };

    public bool Equals(PublicKey? other) => other is not null && spki.AsSpan().SequenceEqual(other.spki);

    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    public override int GetHashCode() => KeyId.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => KeyId;

    internal static PublicKey OfEd25519(ReadOnlySpan<byte> point) => new(KeyKind.Ed25519, [.. Ed25519Prefix, .. point]);

    private static bool HasForm(ReadOnlySpan<byte> spki, ReadOnlySpan<byte> prefix, int pointBytes) =>
        spki.Length == prefix.Length + pointBytes && spki.StartsWith(prefix);

    private static bool IsOnCurve(ReadOnlySpan<byte> spki)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(spki, out _);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private bool VerifyEcdsa(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(spki, out _);
        try
        {
            return key.VerifyData(data, signature, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private bool VerifyEd25519(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        signature.Length == Ed25519.SignatureSize
        && Ed25519.Verify(signature.ToArray(), 0, spki, Ed25519Prefix.Length, data.ToArray(), 0, data.Length);

    private static Refusal Invalid(string detail) => new(RefusalCode.KeyInvalid, detail);
}
