using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core;
using Gateway.Core.Wire;
using Gateway.Hosting.Configuration;
using Gateway.Low.Send;

namespace Gateway.Low;

/// <summary>The configuration file of <c>gateway-low</c>.</summary>
/// <param name="Listen">Where the service listens; never the lane's interface.</param>
/// <param name="Tls">Its certificates.</param>
/// <param name="Storage">Where it keeps what it stores.</param>
/// <param name="TrustRoot">The trust root.</param>
/// <param name="Policy">The policy bundle; the high side holds the same.</param>
/// <param name="SigningKey">Key of this machine, an inspector in the trust root.</param>
/// <param name="Destinations">Enclaves that can be reached.</param>
/// <param name="Lanes">Lanes to them.</param>
/// <param name="Release">What releases are proposed with.</param>
/// <param name="Telemetry">Where metrics and traces go.</param>
internal sealed record LowConfiguration(
    IPEndPoint Listen,
    TlsOptions Tls,
    StorageOptions Storage,
    TrustRootOptions TrustRoot,
    PolicyOptions Policy,
    SigningKeyOptions SigningKey,
    [property: Items(1, 64, "an engineer chooses among them"), IdentifierRule] IReadOnlyList<string> Destinations,
    [property: Items(1, 16, "each paces a socket of its own")] IReadOnlyList<LaneOptions> Lanes,
    ReleaseOptions? Release = null,
    TelemetryOptions? Telemetry = null)
{
    /// <summary>Reads the file. Refuses with <see cref="RefusalCode.ConfigurationInvalid"/> and every error in it.</summary>
    public static Outcome<LowConfiguration> Read(string path) =>
        ConfigurationFile.Read(path, LowConfigurationJson.Default.LowConfiguration, configuration => configuration.Check());

    private IEnumerable<ConfigurationError> Check()
    {
        for (var i = 0; i < Lanes.Count; i++)
        {
            var lane = Lanes[i];
            if (Lanes.Take(i).Any(earlier => earlier.Id == lane.Id))
            {
                yield return new ConfigurationError($"lanes[{i}].id", $"{lane.Id} is there twice; give each lane an id of its own");
            }

            if (lane.Kind != LaneOptions.Udp)
            {
                yield return new ConfigurationError($"lanes[{i}].kind", $"is \"{lane.Kind}\"; known here: {LaneOptions.Udp}");
            }

            if (LaneInterface.Objection(Listen.Address, lane.Target.Address) is { } objection)
            {
                yield return new ConfigurationError("listen", $"{objection} (lane {lane.Id})");
            }

            if (lane.Geometry().Refusal is { } refusal)
            {
                yield return new ConfigurationError($"lanes[{i}]", refusal.Detail);
            }
        }
    }
}

/// <summary>What releases are proposed with.</summary>
/// <param name="ValidityDays">Days in which a release must be signed and cross.</param>
internal sealed record ReleaseOptions(
    [property: Limit(1, 30, "days", "an unused approval is undone by nothing but its expiry")] int ValidityDays = 7);

/// <summary>One lane.</summary>
/// <param name="Id">The same on both sides.</param>
/// <param name="Kind"><c>udp</c>.</param>
/// <param name="Target">The far side of the diode.</param>
/// <param name="RateBitsPerSecond">Pace, Ethernet framing included.</param>
/// <param name="DatagramBytes">UDP payload of a datagram.</param>
/// <param name="DataSymbols">k of the block code.</param>
/// <param name="ParitySymbols">m of the block code.</param>
/// <param name="Interleave">Blocks sent symbol by symbol in turn.</param>
/// <param name="HeartbeatSeconds">Time between heartbeats.</param>
/// <param name="HeaderRepeats">Copies of the header before the data.</param>
internal sealed record LaneOptions(
    [property: IdentifierRule] string Id,
    string Kind,
    IPEndPoint Target,
    [property: Limit(1_000_000, 1_000_000_000_000, "bits per second", "slower is a modem, faster than any network card")] long RateBitsPerSecond,
    [property: Limit(128, 65_507, "bytes", "an IPv4 UDP datagram has at most 65,507")] int DatagramBytes = FecGeometry.DefaultDatagramBytes,
    [property: Limit(1, 254, "symbols", "data and parity together are at most 255")] int DataSymbols = FecGeometry.DefaultDataSymbols,
    [property: Limit(1, 254, "symbols", "data and parity together are at most 255")] int ParitySymbols = FecGeometry.DefaultParitySymbols,
    [property: Limit(1, 1024, "blocks", "both sides hold two groups in memory")] int Interleave = FecGeometry.DefaultInterleave,
    [property: Limit(1, 60, "seconds", "the high side calls a lane silent after a few")] int HeartbeatSeconds = LaneSenderOptions.DefaultHeartbeatSeconds,
    [property: Limit(1, 16, "copies", "one copy may be lost whole")] int HeaderRepeats = LaneSenderOptions.DefaultHeaderRepeats)
{
    public const string Udp = "udp";

    public Outcome<FecGeometry> Geometry() => FecGeometry.Create(DataSymbols, ParitySymbols, DatagramBytes - Datagram.OverheadBytes, Interleave);

    public LaneSenderOptions ToSenderOptions(ulong lastSession) => new()
    {
        Lane = Id,
        Targets = [Target],
        RateBitsPerSecond = RateBitsPerSecond,
        Geometry = Geometry().Succeeded(out var geometry, out var refusal) ? geometry : throw new InvalidOperationException(refusal.Sentence),
        Heartbeat = TimeSpan.FromSeconds(HeartbeatSeconds),
        HeaderRepeats = HeaderRepeats,
        LastSession = lastSession,
    };
}

/// <summary>Strict reading of the configuration.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(DigestJsonConverter), typeof(EndPointJsonConverter)])]
[JsonSerializable(typeof(LowConfiguration))]
internal sealed partial class LowConfigurationJson : JsonSerializerContext;
