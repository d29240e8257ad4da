using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace Gateway.Core.Trust;

/// <summary>ECDSA on P-384 with SHA-384, by the platform's library.</summary>
internal sealed class EcdsaSigningKey : SigningKey
{
    /// <summary>id-ecPublicKey (RFC 5480).</summary>
    internal const string AlgorithmId = "1.2.840.10045.2.1";

    private readonly ECDsa key;

    private EcdsaSigningKey(ECDsa key, PublicKey publicKey)
        : base(publicKey) => this.key = key;

    public static SigningKey Generate()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        return Wrap(key).Succeeded(out var signing, out var refusal) ? signing : throw new InvalidOperationException(refusal.ToString());
    }

    public static Outcome<SigningKey> Read(Pkcs8PrivateKeyInfo info)
    {
        var key = ECDsa.Create();
        var pkcs8 = info.Encode();
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out _);
        }
        catch (CryptographicException)
        {
            key.Dispose();
            return Invalid("not an ECDSA private key");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }

        return Wrap(key);
    }

    public override byte[] Sign(ReadOnlySpan<byte> data) =>
        key.SignData(data, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence);

    private protected override Pkcs8PrivateKeyInfo ToPkcs8() => Pkcs8PrivateKeyInfo.Create(key);

    protected override void Dispose(bool disposing) => key.Dispose();

    private static Outcome<SigningKey> Wrap(ECDsa key)
    {
        if (PublicKey.FromSpki(key.ExportSubjectPublicKeyInfo()).Succeeded(out var publicKey, out var refusal))
        {
            return new EcdsaSigningKey(key, publicKey);
        }

        key.Dispose();
        return refusal;
    }
}
