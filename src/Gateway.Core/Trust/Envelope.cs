using System.Buffers.Text;

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

    /// <summary>Most bytes of one signature: three times a P-384 one in its longest DER, with room for kinds to come.</summary>
    public const int MaximumSignatureBytes = 8192;

    /// <summary>Most bytes of a key id: four times the 64 hex digits of ours.</summary>
    public const int MaximumKeyIdBytes = 256;

    /// <summary>Most bytes of an envelope: its payload and signatures in base64, and JSON around them.</summary>
    public const int MaximumBytes = (MaximumPayloadBytes / 3 * 4) + (MaximumSignatures * ((MaximumSignatureBytes / 3 * 4) + MaximumKeyIdBytes)) + (64 << 10);

    internal Envelope(ReadOnlyMemory<byte> payload, IReadOnlyList<EnvelopeSignature> signatures)
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

    /// <summary>How many bytes <see cref="ToBytes"/> gives, without writing the payload.</summary>
    public int Length => EnvelopeJson.Write(new Envelope(default, Signatures)).Length + Base64.GetMaxEncodedToUtf8Length(Payload.Length);

    /// <summary>
    /// Reads an envelope strictly: its members exactly once, base64 in the one standard spelling, the payload type of ours.
    /// Refuses with <see cref="RefusalCode.EnvelopeInvalid"/> or <see cref="RefusalCode.TooManySignatures"/>.
    /// </summary>
    public static Outcome<Envelope> Parse(ReadOnlyMemory<byte> json) => EnvelopeJson.Read(json.Span);

    /// <summary>Signs a payload with each key. No keys give an envelope that nobody signed, to collect signatures in.</summary>
    public static Envelope Sign(ReadOnlyMemory<byte> payload, params IReadOnlyList<SigningKey> keys)
    {
        var pae = Dsse.Pae(Dsse.PayloadType, payload.Span);
        return new Envelope(payload, [.. keys.Select(key => new EnvelopeSignature(key.Public.KeyId, key.Sign(pae)))]);
    }

    /// <summary>
    /// The same payload with one more signature; a key id that is there already keeps its place and takes the new signature.
    /// Refuses with <see cref="RefusalCode.TooManySignatures"/>.
    /// </summary>
    public Outcome<Envelope> WithSignature(string keyId, ReadOnlyMemory<byte> signature)
    {
        var added = new EnvelopeSignature(keyId, signature);
        if (Signatures.Any(s => s.KeyId == keyId))
        {
            return new Envelope(Payload, [.. Signatures.Select(s => s.KeyId == keyId ? added : s)]);
        }

        return Signatures.Count < MaximumSignatures
            ? new Envelope(Payload, [.. Signatures, added])
            : new Refusal(RefusalCode.TooManySignatures, $"{MaximumSignatures} are there already");
    }

    /// <summary>JSON without whitespace, members in the specification's order.</summary>
    public byte[] ToBytes() => EnvelopeJson.Write(this);
}
