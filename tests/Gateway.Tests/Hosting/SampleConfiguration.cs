using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core;
using Gateway.Hosting.Configuration;

namespace Gateway.Tests.Hosting;

internal sealed record SampleLane([property: IdentifierRule] string Id, [property: Limit(1, 10, "symbols", "a test")] int Symbols = 5);

internal sealed record SampleConfiguration(
    IPEndPoint Listen,
    TrustRootOptions TrustRoot,
    [property: Items(1, 2, "a test")] IReadOnlyList<SampleLane> Lanes,
    [property: IdentifierRule] IReadOnlyList<string> Destinations,
    StorageOptions Storage,
    TelemetryOptions? Telemetry = null);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(DigestJsonConverter), typeof(EndPointJsonConverter)])]
[JsonSerializable(typeof(SampleConfiguration))]
internal sealed partial class SampleJson : JsonSerializerContext;
