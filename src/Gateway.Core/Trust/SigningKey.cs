namespace Gateway.Core.Trust;

/// <summary>A private key that signs. Dispose it: it holds secrets.</summary>
public sealed class SigningKey : IDisposable
{
    private SigningKey(PublicKey publicKey) => Public = publicKey;

    /// <summary>The key that verifies what this one signs.</summary>
    public PublicKey Public { get; }

    /// <summary>Makes a new key.</summary>
    public static SigningKey Generate(KeyKind kind) => throw new NotSupportedException("Lands next.");

    /// <summary>
    /// Reads a PKCS#8 PEM: <c>PRIVATE KEY</c>, or <c>ENCRYPTED PRIVATE KEY</c> with its passphrase.
    /// Refuses with <see cref="RefusalCode.KeyInvalid"/>; a passphrase for a key that has none is refused too.
    /// </summary>
    public static Outcome<SigningKey> FromPem(string pem, string? passphrase) => throw new NotSupportedException("Lands next.");

    /// <summary>Signs bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) => throw new NotSupportedException("Lands next.");

    /// <summary>PKCS#8 PEM, encrypted (PBES2) where there is a passphrase.</summary>
    public string ToPem(string? passphrase) => throw new NotSupportedException("Lands next.");

    public void Dispose()
    {
    }
}
