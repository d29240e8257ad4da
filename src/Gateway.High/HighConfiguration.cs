using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.High.Receive;
using Gateway.Hosting.Configuration;

namespace Gateway.High;

/// <summary>Configuration of <c>gateway-high</c>.</summary>
/// <param name="Listen">Where importers connect; never the interface of a lane.</param>
/// <param name="Tls">Certificates.</param>
/// <param name="Storage">Directory with catalog, staging, quarantine and published versions.</param>
/// <param name="TrustRoot">The active trust root.</param>
/// <param name="Policy">The active policy.</param>
/// <param name="Enclave">Id of this enclave, which releases name as their destination.</param>
/// <param name="Lanes">The lanes that are received.</param>
/// <param name="Telemetry">Where metrics and traces go.</param>
/// <param name="Verifications">Imports verified at a time.</param>
public sealed record HighConfiguration(
    IPEndPoint Listen,
    TlsOptions Tls,
    StorageOptions Storage,
    TrustRootOptions TrustRoot,
    PolicyOptions Policy,
    [property: IdentifierRule] string Enclave,
    [property: Items(1, 16, "each lane holds buffers of its own")] IReadOnlyList<HighLaneOptions> Lanes,
    TelemetryOptions? Telemetry = null,
    [property: Limit(1, 2, "imports", "each is read and hashed at disk speed")] int Verifications = 1)
{
    /// <summary>What is wrong between options that are right one by one.</summary>
    public IEnumerable<ConfigurationError> Check()
    {
        for (var i = 0; i < Lanes.Count; i++)
        {
            var lane = Lanes[i];
            if (lane.Kind != HighLaneOptions.Udp)
            {
                yield return new($"lanes[{i}].kind", $"is {lane.Kind}; the kind known here is {HighLaneOptions.Udp}");
            }

            if (Lanes.Take(i).Any(other => other.Id == lane.Id || other.Listen.Equals(lane.Listen)))
            {
                yield return new($"lanes[{i}]", "has the id or address of a lane before it; give it its own");
            }

            if (lane.Listen.Address.Equals(IPAddress.Any) || lane.Listen.Address.Equals(IPAddress.IPv6Any))
            {
                yield return new($"lanes[{i}].listen", "is every interface; give the address of the one behind the diode");
            }
            else if (LaneInterface.Objection(Listen.Address, lane.Listen.Address) is { } objection)
            {
                yield return new("listen", $"{objection} (lane {lane.Id})");
            }
        }
    }
}

/// <summary>One lane.</summary>
/// <param name="Id">Its id, the same on both sides.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Listen">Address and port of the interface behind the diode.</param>
/// <param name="ReceiveBufferBytes">Socket buffer asked of the kernel, in bytes.</param>
public sealed record HighLaneOptions(
    [property: IdentifierRule] string Id,
    string Kind,
    IPEndPoint Listen,
    [property: Limit(64 << 10, 1 << 30, "bytes", "less loses bursts, more than a gigabyte the kernel will not give")]
    int ReceiveBufferBytes = LaneReceiverOptions.DefaultReceiveBufferBytes)
{
    /// <summary>The kind of lane that a NIC on either side of a diode makes.</summary>
    public const string Udp = "udp";
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(DigestJsonConverter), typeof(EndPointJsonConverter)])]
[JsonSerializable(typeof(HighConfiguration))]
internal sealed partial class HighConfigurationJson : JsonSerializerContext;
