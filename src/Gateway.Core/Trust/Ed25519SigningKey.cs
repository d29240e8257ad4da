using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Gateway.Core.Trust;

/// <summary>Ed25519 by BouncyCastle: the platform's library has none.</summary>
internal sealed class Ed25519SigningKey : SigningKey
{
    /// <summary>id-Ed25519 (RFC 8410).</summary>
    internal const string AlgorithmId = "1.3.101.112";

    private readonly byte[] seed;

    private Ed25519SigningKey(byte[] seed)
        : base(PublicOf(seed)) => this.seed = seed;

    /// <summary>CurvePrivateKey is an OCTET STRING within the OCTET STRING of PKCS#8 (RFC 8410, 7).</summary>
    private static ReadOnlySpan<byte> SeedPrefix => [0x04, 0x20];

    public static SigningKey Generate() => new Ed25519SigningKey(RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize));

    public static Outcome<SigningKey> Read(Pkcs8PrivateKeyInfo info)
    {
        var wrapped = info.PrivateKeyBytes.Span;
        return wrapped.Length == SeedPrefix.Length + Ed25519.SecretKeySize && wrapped.StartsWith(SeedPrefix)
            ? new Ed25519SigningKey(wrapped[SeedPrefix.Length..].ToArray())
            : Invalid("not an Ed25519 private key");
    }

    public override byte[] Sign(ReadOnlySpan<byte> data)
    {
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(seed, 0, data.ToArray(), 0, data.Length, signature, 0);
        return signature;
    }

    private protected override Pkcs8PrivateKeyInfo ToPkcs8() =>
        new(new Oid(AlgorithmId), algorithmParameters: null, (byte[])[.. SeedPrefix, .. seed]);

    protected override void Dispose(bool disposing) => CryptographicOperations.ZeroMemory(seed);

    private static PublicKey PublicOf(byte[] seed)
    {
        var point = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(seed, 0, point, 0);
        return PublicKey.OfEd25519(point);
    }
}
