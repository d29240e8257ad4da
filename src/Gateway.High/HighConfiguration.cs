using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.High.Import.Web;
using Gateway.High.Publish;
using Gateway.High.Scrubbing;
using Gateway.Hosting;
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
/// <param name="Readers">Where programs read over HTTP; left out, they do not.</param>
/// <param name="Scrub">How often published files are hashed again, and how fast.</param>
/// <param name="Quota">What one organisation may hold; left out, the disk is the limit.</param>
/// <param name="Retention">How long versions are kept, and the bytes of those that no reader has any more.</param>
public sealed record HighConfiguration(
    IPEndPoint Listen,
    TlsOptions Tls,
    StorageOptions Storage,
    TrustRootOptions TrustRoot,
    PolicyOptions Policy,
    [property: IdentifierRule] string Enclave,
    [property: Items(1, 16, "each lane holds buffers of its own")] IReadOnlyList<HighLaneOptions> Lanes,
    TelemetryOptions? Telemetry = null,
    [property: Limit(1, 2, "imports", "each is read and hashed at disk speed")] int Verifications = 1,
    ReaderOptions? Readers = null,
    ScrubOptions? Scrub = null,
    RetentionOptions? Retention = null,
    EnclaveQuotaOptions? Quota = null)
{
    /// <summary>What is wrong between options that are right one by one.</summary>
    public IEnumerable<ConfigurationError> Check()
    {
        for (var i = 0; i < Lanes.Count; i++)
        {
            var lane = Lanes[i];
            if (Lanes.Take(i).Any(other => other.Id == lane.Id || (other.Directory is not null && other.Directory == lane.Directory) || other.Addresses.Intersect(lane.Addresses).Any()))
            {
                yield return new($"lanes[{i}]", "has the id, directory or an address of a lane before it; give it its own");
            }

            foreach (var error in lane.Check())
            {
                yield return error with { Key = $"lanes[{i}].{error.Key}" };
            }

            if (lane.Directory is { } inbox && (Contains(Storage.Root, inbox) || Contains(inbox, Storage.Root)))
            {
                yield return new($"lanes[{i}].directory", $"{inbox} and storage.root, {Storage.Root}, lie in one another; give the lane a directory of its own");
            }

            foreach (var (key, listen) in Services())
            {
                foreach (var objection in lane.Addresses.Select(address => LaneInterface.Objection(listen.Address, address.Address)).OfType<string>().Distinct())
                {
                    yield return new(key, $"{objection} (lane {lane.Id})");
                }
            }
        }

        foreach (var error in Retention?.Check() ?? [])
        {
            yield return error;
        }

        foreach (var twice in Services().GroupBy(service => service.Listen).Where(group => group.Count() > 1))
        {
            yield return new(twice.Last().Key, $"{twice.Key} is {twice.First().Key} as well; give each its own port");
        }
    }

    private IEnumerable<(string Key, IPEndPoint Listen)> Services() =>
        (Readers?.EndPoints ?? []).Select(reader => ($"readers.{reader.Protocol}", reader.Listen)).Prepend(("listen", Listen));

    private static bool Contains(string directory, string path) =>
        $"{Path.TrimEndingDirectorySeparator(path)}/".StartsWith($"{Path.TrimEndingDirectorySeparator(directory)}/", StringComparison.Ordinal);
}

/// <summary>What one organisation, the first part of an artifact's name, may hold in the enclave. More is refused before a session is accepted.</summary>
/// <param name="BytesPerOrganisation">Bytes of its artifacts that are published or on their way.</param>
public sealed record EnclaveQuotaOptions(
    [property: Limit(1, 1L << 60, "bytes", "an exabyte is beyond what one enclave holds")] long BytesPerOrganisation);

/// <summary>Where programs read over HTTPS that bring an access key instead of a certificate. A protocol that is left out is not spoken.</summary>
/// <param name="HuggingFace">What <c>HF_ENDPOINT</c> names.</param>
/// <param name="S3">What <c>AWS_ENDPOINT_URL</c> names.</param>
/// <param name="Oci">What is a registry to clients that pull from registries.</param>
public sealed record ReaderOptions(IPEndPoint? HuggingFace = null, IPEndPoint? S3 = null, IPEndPoint? Oci = null)
{
    internal IReadOnlyList<ReaderEndPoint> EndPoints =>
    [
        .. new[] { (ReaderProtocols.HuggingFace, HuggingFace), (ReaderProtocols.S3, S3), (ReaderProtocols.Oci, Oci) }
            .Where(pair => pair.Item2 is not null)
            .Select(pair => new ReaderEndPoint(pair.Item1, pair.Item2!)),
    ];
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(DigestJsonConverter), typeof(EndPointJsonConverter)])]
[JsonSerializable(typeof(HighConfiguration))]
internal sealed partial class HighConfigurationJson : JsonSerializerContext;
