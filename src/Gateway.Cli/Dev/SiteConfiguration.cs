using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Cli.Contexts;
using Gateway.Cli.Files;
using Gateway.Core.Trust;

namespace Gateway.Cli.Dev;

/// <summary>Where the parts of a throwaway site listen. All on the loopback.</summary>
/// <param name="Low">API of the low side.</param>
/// <param name="High">API of the high side.</param>
/// <param name="LaneTarget">Where the low side sends datagrams.</param>
/// <param name="LaneListen">Where the high side takes them: the same, unless something lies between.</param>
/// <param name="Hub">Where clients of a hub read on the high side.</param>
/// <param name="S3">Where S3 clients do.</param>
/// <param name="Registry">Where clients of a registry do.</param>
internal sealed record SiteAddresses(IPEndPoint Low, IPEndPoint High, IPEndPoint LaneTarget, IPEndPoint LaneListen, IPEndPoint Hub, IPEndPoint S3, IPEndPoint Registry);

/// <summary>Writes the configuration files of both services and the contexts file.</summary>
internal static class SiteConfiguration
{
    /// <summary>Pace of the lane in bits per second: slow enough that two busy cores lose nothing of their own.</summary>
    private const long RateBitsPerSecond = 300_000_000;

    /// <summary>Bytes in a packet: the loopback carries large ones whole, and fewer are cheaper.</summary>
    private const int Mtu = 4096;

    /// <summary>Bytes of receive buffer asked for; the kernel may grant less.</summary>
    private const int ReceiveBufferBytes = 16 << 20;

    /// <summary>Bytes that stay free: a developer's disk is not a server's.</summary>
    private const long MinimumFreeBytes = 256L << 20;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Configuration file of the low service.</summary>
    public static string LowFile(ThrowawaySite site) => Path.Combine(site.Directory, "low.json");

    /// <summary>Configuration file of the high service.</summary>
    public static string HighFile(ThrowawaySite site) => Path.Combine(site.Directory, "high.json");

    public static void Write(ThrowawaySite site, SiteAddresses addresses)
    {
        var low = Service(site, "low", addresses.Low);
        low["signingKey"] = new JsonObject { ["file"] = site.SigningKeyOf(Cast.LowMachine) };
        low["destinations"] = new JsonArray(ThrowawaySite.Enclave);
        low["lanes"] = new JsonArray(new JsonObject
        {
            ["id"] = ThrowawaySite.Lane,
            ["kind"] = "udp",
            ["targets"] = new JsonArray(addresses.LaneTarget.ToString()),
            ["mtu"] = Mtu,
            ["rateBitsPerSecond"] = RateBitsPerSecond,
            ["key"] = Path.GetFileName(site.LaneKeyFile),
        });
        var high = Service(site, "high", addresses.High);
        high["enclave"] = ThrowawaySite.Enclave;
        high["lanes"] = new JsonArray(new JsonObject
        {
            ["id"] = ThrowawaySite.Lane,
            ["kind"] = "udp",
            ["listen"] = new JsonArray(addresses.LaneListen.ToString()),
            ["keys"] = new JsonArray(Path.GetFileName(site.LaneKeyFile)),
            ["receiveBufferBytes"] = ReceiveBufferBytes,
        });
        high["readers"] = new JsonObject { ["huggingFace"] = addresses.Hub.ToString(), ["s3"] = addresses.S3.ToString(), ["oci"] = addresses.Registry.ToString() };
        PrivateFile.Write(LowFile(site), low.ToJsonString(Indented));
        PrivateFile.Write(HighFile(site), high.ToJsonString(Indented));
        PrivateFile.Write(site.ContextsFile, Contexts(site, addresses));
    }

    private static JsonObject Service(ThrowawaySite site, string side, IPEndPoint listen) => new()
    {
        ["listen"] = listen.ToString(),
        ["tls"] = new JsonObject
        {
            ["certificate"] = $"{side}.crt.pem",
            ["key"] = $"{side}.key.pem",
            ["clientAuthority"] = "ca.pem",
        },
        ["storage"] = new JsonObject { ["root"] = side, ["minimumFreeBytes"] = MinimumFreeBytes },
        ["trustRoot"] = new JsonObject
        {
            ["file"] = Path.GetFileName(site.TrustRootFile),
            ["sha256"] = site.TrustRootDigest.Hex,
            ["allowDevelopment"] = true,
        },
        ["policy"] = new JsonObject { ["directory"] = "policy", ["sha256"] = site.PolicyDigest.Hex },
    };

    private static string Contexts(ThrowawaySite site, SiteAddresses addresses)
    {
        var entries = Cast.Actors.ToDictionary(a => a.Context, a => new ContextEntry
        {
            Low = a.SeesLow ? $"https://{addresses.Low}" : null,
            High = a.SeesHigh ? $"https://{addresses.High}" : null,
            Certificate = $"{a.Id}.crt.pem",
            Key = $"{a.Id}.key.pem",
            Authority = "ca.pem",
            SigningKey = a.Kind == IdentityKind.Person ? Path.GetFileName(site.SigningKeyOf(a.Id)) : null,
            TrustRoot = Path.GetFileName(site.TrustRootFile),
            TrustRootSha256 = site.TrustRootDigest.Hex,
            PolicySha256 = site.PolicyDigest.Hex,
        });
        return JsonSerializer.Serialize(new ContextsDocument { Current = Cast.Actors[0].Context, Contexts = entries }, CliJson.Default.ContextsDocument);
    }
}
