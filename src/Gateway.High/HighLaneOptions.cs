using System.Net;
using Gateway.Core;
using Gateway.Core.Wire;
using Gateway.High.Receive;
using Gateway.Hosting.Configuration;
using Gateway.Hosting.Keys;

namespace Gateway.High;

/// <summary>One lane.</summary>
/// <param name="Id">Its id, the same on both sides.</param>
/// <param name="Kind"><c>udp</c> or <c>folder</c>.</param>
/// <param name="Listen">Kind udp: addresses and ports behind the diode, one for each flow.</param>
/// <param name="Keys">Files with the keys whose datagrams are taken: the present one, and another while keys change.</param>
/// <param name="Authentication"><c>none</c> in place of keys, where nobody but the low side can put light on the fibre.</param>
/// <param name="MemoryBytes">Memory for the lane, the kernel's receive buffer included; see <see cref="LaneMemory"/>.</param>
/// <param name="ReceiveBufferBytes">Kind udp: what of it is asked of the kernel for the sockets, all addresses together.</param>
/// <param name="Directory">Kind folder: where volumes appear.</param>
/// <param name="Delete">
/// Kind folder: true to remove the volumes of a session that is whole. Only where nobody on the low side can look into the directory: that a file is gone can be seen.
/// </param>
/// <param name="SettleSeconds">Kind folder: time without change after which volumes that are enough are read.</param>
/// <param name="PatienceSeconds">Kind folder: time without change after which volumes are read though too few came.</param>
public sealed record HighLaneOptions(
    [property: IdentifierRule] string Id,
    string Kind,
    [property: Items(1, 8, "a thread drains each")] IReadOnlyList<IPEndPoint>? Listen = null,
    [property: Items(1, DatagramGate.MaximumKeys, "two are enough while keys change"), PathRule(PathKind.ExistingFile)] IReadOnlyList<string>? Keys = null,
    string? Authentication = null,
    [property: Limit(LaneMemory.MinimumBytes, LaneMemory.MaximumBytes, "bytes", "less holds no group of blocks, more bridges no stall")]
    long MemoryBytes = LaneMemory.DefaultBytes,
    [property: Limit(64 << 10, 1 << 30, "bytes", "less loses bursts, more than a gigabyte the kernel will not give")]
    int ReceiveBufferBytes = LaneReceiverOptions.DefaultReceiveBufferBytes,
    [property: PathRule(PathKind.ExistingDirectory)] string? Directory = null,
    bool Delete = false,
    [property: Limit(1, 86_400, "seconds", "a copy under way pauses for no longer than a day")] int SettleSeconds = FolderReceiverOptions.DefaultSettleSeconds,
    [property: Limit(1, 2_592_000, "seconds", "somebody brings the next disc within a month")] int PatienceSeconds = FolderReceiverOptions.DefaultPatienceSeconds)
{
    /// <summary>Says that datagrams of this lane are believed without a key.</summary>
    public const string NoAuthentication = "none";

    /// <summary>Where a lane of datagrams listens; none for one of files.</summary>
    internal IReadOnlyList<IPEndPoint> Addresses => Listen ?? [];

    /// <summary>What is wrong between options of this lane, with keys relative to it.</summary>
    internal IEnumerable<ConfigurationError> Check()
    {
        var own = Kind switch
        {
            LaneStatus.Udp => CheckUdp(),
            LaneStatus.Folder => CheckFolder(),
            _ => [new("kind", $"is {Kind}; the kinds known here are {LaneStatus.Udp} and {LaneStatus.Folder}")],
        };
        foreach (var error in own)
        {
            yield return error;
        }

        if (Authentication is not null and not NoAuthentication)
        {
            yield return new("authentication", $"is {Authentication}; leave it out and give keys, or write \"{NoAuthentication}\"");
        }
        else if (Keys is null == Authentication is null)
        {
            yield return new("keys", Keys is null
                ? $"is missing; make a key with `gateway lane key` and give its file here and on the low side, or write \"authentication\": \"{NoAuthentication}\""
                : "stands beside \"authentication\": \"none\"; leave one of them out");
        }

        var ids = new HashSet<uint>();
        for (var i = 0; i < (Keys?.Count ?? 0); i++)
        {
            if (!LaneKeyFile.Read(Keys![i]).Succeeded(out var key, out var refusal))
            {
                yield return new($"keys[{i}]", refusal.Detail);
            }
            else if (!ids.Add(key.IdFor(Id)))
            {
                yield return new($"keys[{i}]", "is the same key as one before it; leave it out, or give the one that follows");
            }
        }
    }

    private IEnumerable<ConfigurationError> CheckUdp()
    {
        if (Listen is null)
        {
            yield return new("listen", "is missing; give the addresses and ports behind the diode");
        }

        if (Directory is not null)
        {
            yield return new("directory", $"is of kind {LaneStatus.Folder}; leave it out");
        }

        if (ReceiveBufferBytes > MemoryBytes / LaneMemory.MostForReceiveBuffer)
        {
            yield return new("receiveBufferBytes", $"is {ReceiveBufferBytes}, more than half of memoryBytes, {MemoryBytes}; lower it or raise memoryBytes");
        }

        for (var i = 0; i < Addresses.Count; i++)
        {
            if (Addresses[i].Address.Equals(IPAddress.Any) || Addresses[i].Address.Equals(IPAddress.IPv6Any))
            {
                yield return new($"listen[{i}]", "is every interface; give the address of the one behind the diode");
            }

            if (Addresses.Take(i).Contains(Addresses[i]))
            {
                yield return new($"listen[{i}]", $"{Addresses[i]} is there twice; give each flow a port of its own");
            }
        }
    }

    private IEnumerable<ConfigurationError> CheckFolder()
    {
        if (Directory is null)
        {
            yield return new("directory", "is missing; give the directory where volumes appear");
        }

        if (Listen is not null)
        {
            yield return new("listen", $"is of kind {LaneStatus.Udp}; leave it out");
        }

        if (PatienceSeconds < SettleSeconds)
        {
            yield return new("patienceSeconds", $"is {PatienceSeconds}, less than settleSeconds, {SettleSeconds}; raise it");
        }
    }

    /// <summary>Reads the keys; none where the lane is not authenticated. Refuses with <see cref="RefusalCode.KeyInvalid"/>.</summary>
    internal Outcome<LaneKey[]> ReadKeys()
    {
        var keys = new List<LaneKey>();
        foreach (var file in Keys ?? [])
        {
            if (!LaneKeyFile.Read(file).Succeeded(out var key, out var refusal))
            {
                return refusal;
            }

            keys.Add(key);
        }

        return keys.ToArray();
    }
}
