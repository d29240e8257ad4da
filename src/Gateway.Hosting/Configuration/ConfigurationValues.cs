using System.Net;
using System.Text.Json.Serialization;
using System.Text.Json;
using Gateway.Core;

namespace Gateway.Hosting.Configuration;

/// <summary>A SHA-256 digest as 64 lower-case hex digits.</summary>
public sealed class DigestJsonConverter : JsonConverter<Digest>
{
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Digest.TryParse(reader.GetString(), out var digest)
            ? digest
            : throw new JsonException("must be a SHA-256 digest, 64 lower-case hex digits in quotes");

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) => writer.WriteStringValue(value.Hex);
}

/// <summary>A numeric address and port; names are not looked up, so that no resolver decides where a service listens.</summary>
public sealed class EndPointJsonConverter : JsonConverter<IPEndPoint>
{
    public override IPEndPoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        // IPEndPoint.Parse takes a bare address as port 0; the port has to be written.
        return text is not null && IPEndPoint.TryParse(text, out var endPoint) && text.EndsWith($":{endPoint.Port}", StringComparison.Ordinal)
            ? endPoint
            : throw new JsonException("must be a numeric address and port in quotes, e.g. \"127.0.0.1:7443\" or \"[::1]:7443\"");
    }

    public override void Write(Utf8JsonWriter writer, IPEndPoint value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
