using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core;
using Gateway.Hosting.Configuration;
using Gateway.Low.Inspect;

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
/// <param name="Quota">What one person may hold.</param>
/// <param name="Deduplication">What need not cross again.</param>
/// <param name="SecondOpinion">A scanner that is asked besides; none where it is left out.</param>
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
    QuotaOptions? Quota = null,
    DeduplicationOptions? Deduplication = null,
    SecondOpinionOptions? SecondOpinion = null,
    TelemetryOptions? Telemetry = null)
{
    /// <summary>Reads the file. Refuses with <see cref="RefusalCode.ConfigurationInvalid"/> and every error in it.</summary>
    public static Outcome<LowConfiguration> Read(string path) =>
        ConfigurationFile.Read(path, LowConfigurationJson.Default.LowConfiguration, configuration => configuration.Check());

    private IEnumerable<ConfigurationError> Check()
    {
        foreach (var error in SecondOpinion?.Check() ?? [])
        {
            yield return error with { Key = $"secondOpinion.{error.Key}" };
        }

        for (var i = 0; i < Lanes.Count; i++)
        {
            var lane = Lanes[i];
            if (Lanes.Take(i).Any(earlier => earlier.Id == lane.Id))
            {
                yield return new ConfigurationError($"lanes[{i}].id", $"{lane.Id} is there twice; give each lane an id of its own");
            }

            foreach (var error in lane.Check())
            {
                yield return error with { Key = $"lanes[{i}].{error.Key}" };
            }

            if (lane.Directory is { } directory && Lanes.Take(i).Any(earlier => earlier.Directory == directory))
            {
                yield return new ConfigurationError($"lanes[{i}].directory", $"{directory} is there twice; give each lane a directory of its own");
            }

            foreach (var objection in lane.Addresses.Select(target => LaneInterface.Objection(Listen.Address, target.Address)).OfType<string>().Distinct())
            {
                yield return new ConfigurationError("listen", $"{objection} (lane {lane.Id})");
            }
        }
    }
}

/// <summary>What releases are proposed with.</summary>
/// <param name="ValidityDays">Days in which a release must be signed and cross.</param>
internal sealed record ReleaseOptions(
    [property: Limit(1, 30, "days", "an unused approval is undone by nothing but its expiry")] int ValidityDays = 7);

/// <summary>What one person may hold on the low side at a time: transfers that are open, and those that were sent and are kept for repair until their release expires.</summary>
/// <param name="BytesPerPerson">Bytes of their files.</param>
/// <param name="TransfersPerPerson">How many.</param>
internal sealed record QuotaOptions(
    [property: Limit(1, 1L << 50, "bytes", "a petabyte is beyond what one file system here holds")] long BytesPerPerson = 32L << 40,
    [property: Limit(1, 100_000, "transfers", "each is looked at by people")] int TransfersPerPerson = 1_000);

/// <summary>What need not cross again.</summary>
/// <param name="Days">
/// Days in which a file that was sent to an enclave is not sent there again; 0 sends everything always. No longer than that enclave keeps versions: what it has lost by then is
/// asked for by a repair code, which people carry.
/// </param>
internal sealed record DeduplicationOptions(
    [property: Limit(0, 3660, "days", "an enclave that keeps everything keeps it for ten years")] int Days = 30);

/// <summary>Strict reading of the configuration.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(DigestJsonConverter), typeof(EndPointJsonConverter)])]
[JsonSerializable(typeof(LowConfiguration))]
internal sealed partial class LowConfigurationJson : JsonSerializerContext;
