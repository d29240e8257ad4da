using System.Net;
using Gateway.Core;
using Gateway.Core.Wire;
using Gateway.High.Receive;
using Gateway.Hosting.Configuration;
using Gateway.Hosting.Keys;

namespace Gateway.High;

/// <summary>One lane.</summary>
/// <param name="Id">Its id, the same on both sides.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Listen">Addresses and ports behind the diode, one for each flow.</param>
/// <param name="Keys">Files with the keys whose datagrams are taken: the present one, and another while keys change.</param>
/// <param name="Authentication"><c>none</c> in place of keys, where nobody but the low side can put light on the fibre.</param>
/// <param name="MemoryBytes">Memory for the lane, the kernel's receive buffer included; see <see cref="LaneMemory"/>.</param>
/// <param name="ReceiveBufferBytes">What of it is asked of the kernel for the sockets, all addresses together.</param>
public sealed record HighLaneOptions(
    [property: IdentifierRule] string Id,
    string Kind,
    [property: Items(1, 8, "a thread drains each")] IReadOnlyList<IPEndPoint> Listen,
    [property: Items(1, DatagramGate.MaximumKeys, "two are enough while keys change"), PathRule(PathKind.ExistingFile)] IReadOnlyList<string>? Keys = null,
    string? Authentication = null,
    [property: Limit(LaneMemory.MinimumBytes, LaneMemory.MaximumBytes, "bytes", "less holds no group of blocks, more bridges no stall")]
    long MemoryBytes = LaneMemory.DefaultBytes,
    [property: Limit(64 << 10, 1 << 30, "bytes", "less loses bursts, more than a gigabyte the kernel will not give")]
    int ReceiveBufferBytes = LaneReceiverOptions.DefaultReceiveBufferBytes)
{
    /// <summary>The kind of lane that a NIC on either side of a diode makes.</summary>
    public const string Udp = "udp";

    /// <summary>Says that datagrams of this lane are believed without a key.</summary>
    public const string NoAuthentication = "none";

    /// <summary>What is wrong between options of this lane, with keys relative to it.</summary>
    internal IEnumerable<ConfigurationError> Check()
    {
        if (Kind != Udp)
        {
            yield return new("kind", $"is {Kind}; the kind known here is {Udp}");
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

        if (ReceiveBufferBytes > MemoryBytes / LaneMemory.MostForReceiveBuffer)
        {
            yield return new("receiveBufferBytes", $"is {ReceiveBufferBytes}, more than half of memoryBytes, {MemoryBytes}; lower it or raise memoryBytes");
        }

        for (var i = 0; i < Listen.Count; i++)
        {
            if (Listen[i].Address.Equals(IPAddress.Any) || Listen[i].Address.Equals(IPAddress.IPv6Any))
            {
                yield return new($"listen[{i}]", "is every interface; give the address of the one behind the diode");
            }

            if (Listen.Take(i).Contains(Listen[i]))
            {
                yield return new($"listen[{i}]", $"{Listen[i]} is there twice; give each flow a port of its own");
            }
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
