using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace Gateway.Core.Trust;

/// <summary>A private key that signs. Dispose it: it holds secrets.</summary>
public abstract class SigningKey : IDisposable
{
    /// <summary>PBKDF2 rounds of HMAC-SHA-256 (OWASP password storage, 2023): about a fifth of a second for whoever knows the passphrase.</summary>
    public const int PassphraseIterations = 600_000;

    private const string PlainLabel = "PRIVATE KEY";
    private const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";

    private protected SigningKey(PublicKey publicKey) => Public = publicKey;

    /// <summary>The key that verifies what this one signs.</summary>
    public PublicKey Public { get; }

    /// <summary>Makes a new key.</summary>
    public static SigningKey Generate(KeyKind kind) => kind switch
    {
        KeyKind.EcdsaP384 => EcdsaSigningKey.Generate(),
        KeyKind.Ed25519 => Ed25519SigningKey.Generate(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>
    /// Reads a PKCS#8 PEM: <c>PRIVATE KEY</c>, or <c>ENCRYPTED PRIVATE KEY</c> (PBES2) with its passphrase.
    /// Refuses with <see cref="RefusalCode.KeyInvalid"/>; a passphrase for a key that has none is refused too.
    /// </summary>
    public static Outcome<SigningKey> FromPem(string pem, string? passphrase)
    {
        if (!PemEncoding.TryFind(pem, out var fields))
        {
            return Invalid("no PEM in the file");
        }

        var pkcs8 = Convert.FromBase64String(pem[fields.Base64Data]);
        try
        {
            return (pem[fields.Label], passphrase) switch
            {
                (PlainLabel, null) => FromPkcs8(Pkcs8PrivateKeyInfo.Decode(pkcs8, out _, skipCopy: true)),
                (PlainLabel, _) => Invalid("a passphrase was given, but the key is not encrypted"),
                (EncryptedLabel, null) => Invalid("the key is encrypted and no passphrase was given"),
                (EncryptedLabel, _) => FromPkcs8(Pkcs8PrivateKeyInfo.DecryptAndDecode(passphrase, pkcs8, out _)),
                _ => Invalid("not a PKCS#8 private key"),
            };
        }
        catch (CryptographicException)
        {
            return Invalid(passphrase is null ? "not a PKCS#8 private key" : "wrong passphrase, or a damaged file");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <summary>Whether a PEM needs a passphrase to be read.</summary>
    public static bool IsEncrypted(string pem) =>
        PemEncoding.TryFind(pem, out var fields) && pem.AsSpan()[fields.Label].SequenceEqual(EncryptedLabel);

    /// <summary>Signs bytes: DER for P-384, 64 bytes for Ed25519.</summary>
    public abstract byte[] Sign(ReadOnlySpan<byte> data);

    /// <summary>PKCS#8 PEM with a line feed at its end, encrypted (PBES2: PBKDF2-HMAC-SHA-256, AES-256-CBC) where there is a passphrase.</summary>
    public string ToPem(string? passphrase)
    {
        var info = ToPkcs8();
        return passphrase is null
            ? PemEncoding.WriteString(PlainLabel, info.Encode()) + "\n"
            : PemEncoding.WriteString(EncryptedLabel, info.Encrypt(passphrase,
                new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, PassphraseIterations))) + "\n";
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    private protected abstract Pkcs8PrivateKeyInfo ToPkcs8();

    protected abstract void Dispose(bool disposing);

    private static Outcome<SigningKey> FromPkcs8(Pkcs8PrivateKeyInfo info) => info.AlgorithmId.Value switch
    {
        EcdsaSigningKey.AlgorithmId => EcdsaSigningKey.Read(info),
        Ed25519SigningKey.AlgorithmId => Ed25519SigningKey.Read(info),
        var other => Invalid($"algorithm {other} is none that signs here"),
    };

    private protected static Refusal Invalid(string detail) => new(RefusalCode.KeyInvalid, detail);
}
