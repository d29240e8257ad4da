namespace Gateway.Core.Trust;

/// <summary>A signature as an envelope carries it.</summary>
/// <param name="KeyId">Hint that selects a candidate key; proves nothing.</param>
/// <param name="Value">Bytes, specific to the key's kind.</param>
public sealed record EnvelopeSignature(string KeyId, ReadOnlyMemory<byte> Value);

/// <summary>A DSSE v1 envelope around an in-toto statement. Holding one proves its form only; see <see cref="TrustRoot.Signers"/>.</summary>
public sealed class Envelope
{
    /// <summary>Most signatures; a person can check no more, and each costs a verification.</summary>
    public const int MaximumSignatures = 64;

    /// <summary>Most bytes of payload: a manifest of the most files that are allowed.</summary>
    public const int MaximumPayloadBytes = 64 << 20;

    private Envelope(ReadOnlyMemory<byte> payload, IReadOnlyList<EnvelopeSignature> signatures)
    {
        Payload = payload;
        Signatures = signatures;
        PayloadDigest = Digest.Of(payload.Span);
    }

    /// <summary>The bytes that signatures cover and that documents are parsed from.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The document's digest: SHA-256 of <see cref="Payload"/>.</summary>
    public Digest PayloadDigest { get; }

    public IReadOnlyList<EnvelopeSignature> Signatures { get; }

    /// <summary>Reads an envelope strictly. Refuses with <see cref="RefusalCode.EnvelopeInvalid"/> or <see cref="RefusalCode.TooManySignatures"/>.</summary>
    public static Outcome<Envelope> Parse(ReadOnlyMemory<byte> json) => throw new NotSupportedException("Lands next.");

    /// <summary>Signs a payload with each key. No keys give an envelope that nobody signed, to collect signatures in.</summary>
    public static Envelope Sign(ReadOnlyMemory<byte> payload, params IReadOnlyList<SigningKey> keys)
    {
        var pae = Dsse.Pae(Dsse.PayloadType, payload.Span);
        return new Envelope(payload, [.. keys.Select(key => new EnvelopeSignature(key.Public.KeyId, key.Sign(pae)))]);
    }

    /// <summary>The same payload with one more signature; one that is there already is not added twice. Refuses with <see cref="RefusalCode.TooManySignatures"/>.</summary>
    public Outcome<Envelope> WithSignature(string keyId, ReadOnlyMemory<byte> signature) => throw new NotSupportedException("Lands next.");

    /// <summary>JSON without whitespace, members in the specification's order.</summary>
    public byte[] ToBytes() => throw new NotSupportedException("Lands next.");
}
