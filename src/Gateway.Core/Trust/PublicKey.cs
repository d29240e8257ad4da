namespace Gateway.Core.Trust;

/// <summary>A public key in its one canonical encoding, so that equal keys have equal bytes.</summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
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

    /// <summary>Reads a SubjectPublicKeyInfo of a known kind. Refuses with <see cref="RefusalCode.KeyInvalid"/>, other encodings of the same key included.</summary>
    public static Outcome<PublicKey> FromSpki(ReadOnlySpan<byte> spki) => throw new NotSupportedException("Lands next.");

    /// <summary>Reads a <c>PUBLIC KEY</c> PEM.</summary>
    public static Outcome<PublicKey> FromPem(string pem) => throw new NotSupportedException("Lands next.");

    /// <summary>The <c>PUBLIC KEY</c> PEM.</summary>
    public string ToPem() => throw new NotSupportedException("Lands next.");

    /// <summary>True where this key signed exactly these bytes. Never throws, whatever the signature is.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => throw new NotSupportedException("Lands next.");

    public bool Equals(PublicKey? other) => other is not null && spki.AsSpan().SequenceEqual(other.spki);

    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    public override int GetHashCode() => KeyId.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => KeyId;
}
