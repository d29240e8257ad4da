using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Core.Trust;

/// <summary>The JSON of an envelope (DSSE v1, envelope.md). Members may come in any order, since other tools write them too.</summary>
internal static class EnvelopeJson
{
    private const string Payload = "payload";
    private const string PayloadType = "payloadType";
    private const string SignatureList = "signatures";
    private const string KeyId = "keyid";
    private const string Signature = "sig";

    /// <summary>An envelope is an object of an array of objects.</summary>
    private const int Depth = 3;

    private static readonly SearchValues<byte> Base64Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    public static Outcome<Envelope> Read(ReadOnlySpan<byte> json)
    {
        if (json.Length > Envelope.MaximumBytes)
        {
            return Invalid($"longer than {Envelope.MaximumBytes} bytes");
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Depth });
            return ReadEnvelope(ref reader);
        }
        catch (JsonException)
        {
            return Invalid("not JSON");
        }
    }

    public static byte[] Write(Envelope envelope)
    {
        var buffer = new ArrayBufferWriter<byte>((envelope.Payload.Length / 3 * 4) + 1024);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteBase64String(Payload, envelope.Payload.Span);
            writer.WriteString(PayloadType, Dsse.PayloadType);
            writer.WriteStartArray(SignatureList);
            foreach (var signature in envelope.Signatures)
            {
                writer.WriteStartObject();
                writer.WriteString(KeyId, signature.KeyId);
                writer.WriteBase64String(Signature, signature.Value.Span);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static Outcome<Envelope> ReadEnvelope(ref Utf8JsonReader reader)
    {
        byte[]? payload = null;
        var typed = false;
        List<EnvelopeSignature>? signatures = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return Invalid("not an object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (payload is null && reader.ValueTextEquals(Payload))
            {
                payload = ReadBase64(ref reader, Envelope.MaximumPayloadBytes);
                if (payload is null)
                {
                    return Invalid("payload is not standard base64, or too long");
                }
            }
            else if (!typed && reader.ValueTextEquals(PayloadType))
            {
                typed = reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(Dsse.PayloadType);
                if (!typed)
                {
                    return Invalid($"payloadType is not {Dsse.PayloadType}");
                }
            }
            else if (signatures is null && reader.ValueTextEquals(SignatureList))
            {
                signatures = [];
                if (ReadSignatures(ref reader, signatures) is { } refusal)
                {
                    return refusal;
                }
            }
            else
            {
                return Invalid("a member that is unknown or there twice");
            }
        }

        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
        {
            return Invalid("something after the envelope");
        }

        return payload is not null && typed && signatures is not null
            ? new Envelope(payload, signatures)
            : Invalid("a member is missing");
    }

    private static Refusal? ReadSignatures(ref Utf8JsonReader reader, List<EnvelopeSignature> signatures)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return Invalid("signatures is not an array");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (signatures.Count == Envelope.MaximumSignatures)
            {
                return new Refusal(RefusalCode.TooManySignatures, $"more than {Envelope.MaximumSignatures}");
            }

            if (ReadSignature(ref reader) is not { } signature)
            {
                return Invalid($"signature {signatures.Count + 1} is malformed");
            }

            signatures.Add(signature);
        }

        return reader.TokenType == JsonTokenType.EndArray ? null : Invalid("signatures holds something else");
    }

    private static EnvelopeSignature? ReadSignature(ref Utf8JsonReader reader)
    {
        string? keyId = null;
        byte[]? value = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (keyId is null && reader.ValueTextEquals(KeyId))
            {
                keyId = ReadKeyId(ref reader);
                if (keyId is null)
                {
                    return null;
                }
            }
            else if (value is null && reader.ValueTextEquals(Signature))
            {
                value = ReadBase64(ref reader, Envelope.MaximumSignatureBytes);
                if (value is null)
                {
                    return null;
                }
            }
            else
            {
                return null;
            }
        }

        // An absent key id is the same as an empty one (DSSE v1): it selects no candidate.
        return reader.TokenType == JsonTokenType.EndObject && value is not null ? new EnvelopeSignature(keyId ?? "", value) : null;
    }

    private static string? ReadKeyId(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped
            && reader.ValueSpan.Length <= Envelope.MaximumKeyIdBytes && Ascii.IsValid(reader.ValueSpan)
            ? reader.GetString()
            : null;

    /// <summary>One spelling only: no escapes, no whitespace, padding where it belongs and nothing in the bits it leaves over.</summary>
    private static byte[]? ReadBase64(ref Utf8JsonReader reader, int maximumBytes)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped)
        {
            return null;
        }

        var text = reader.ValueSpan;
        var padding = text.EndsWith("=="u8) ? 2 : text.EndsWith("="u8) ? 1 : 0;
        if (text.Length % 4 != 0 || (text.Length / 4 * 3) - padding > maximumBytes || text[..^padding].ContainsAnyExcept(Base64Alphabet))
        {
            return null;
        }

        var bytes = new byte[(text.Length / 4 * 3) - padding];
        if (Base64.DecodeFromUtf8(text, bytes, out _, out var written) != OperationStatus.Done || written != bytes.Length)
        {
            return null;
        }

        Span<byte> lastQuantum = stackalloc byte[4];
        Base64.EncodeToUtf8(bytes.AsSpan(bytes.Length - (padding == 0 ? 0 : 3 - padding)), lastQuantum, out _, out var encoded);
        return text.EndsWith(lastQuantum[..encoded]) ? bytes : null;
    }

    private static Refusal Invalid(string detail) => new(RefusalCode.EnvelopeInvalid, detail);
}
