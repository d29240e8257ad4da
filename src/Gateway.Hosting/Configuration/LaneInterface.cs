using System.Net;
using System.Net.NetworkInformation;

namespace Gateway.Hosting.Configuration;

/// <summary>An address of a network interface.</summary>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">Bits that it shares with its neighbours on the wire.</param>
internal readonly record struct InterfaceAddress(IPAddress Address, int PrefixLength)
{
    /// <summary>True where the other address is this one or lies on the same wire.</summary>
    public bool Reaches(IPAddress other)
    {
        var (mine, theirs) = (Address.GetAddressBytes(), other.GetAddressBytes());
        var (bytes, bits) = (PrefixLength / 8, PrefixLength % 8);
        return mine.Length == theirs.Length
            && mine.AsSpan(0, bytes).SequenceEqual(theirs.AsSpan(0, bytes))
            && (bits == 0 || (mine[bytes] ^ theirs[bytes]) >> (8 - bits) == 0);
    }
}

/// <summary>Keeps services off the interfaces of lanes: what answers there could be spoken to over the wire that is to carry one way only.</summary>
public static class LaneInterface
{
    /// <summary>
    /// What is wrong with a service that listens there, or null. A lane on the loopback, in development, has no wire behind it. A far end
    /// behind a router is on no interface of this machine, and only its own address is compared.
    /// </summary>
    /// <param name="listen">Where the service listens.</param>
    /// <param name="lane">An end of the lane: the one on this machine, or the one that is sent to.</param>
    public static string? Objection(IPAddress listen, IPAddress lane)
    {
        try
        {
            return Objection(listen, lane, Interfaces());
        }
        catch (NetworkInformationException e)
        {
            return $"cannot be held against the interface of the lane ({e.Message}); let the service read the addresses of this machine (AF_NETLINK)";
        }
    }

    internal static string? Objection(IPAddress listen, IPAddress lane, IEnumerable<IReadOnlyList<InterfaceAddress>> interfaces)
    {
        var (service, end) = (Plain(listen), Plain(lane));
        return IPAddress.IsLoopback(end) ? null
            : service.Equals(IPAddress.Any) || service.Equals(IPAddress.IPv6Any) ? "is every interface, the lane's among them; give the address of another one"
            : service.Equals(end) ? "is the address of the lane; give one of another interface"
            : interfaces.Any(one => one.Any(own => own.Address.Equals(service)) && one.Any(own => own.Reaches(end)))
                ? "is on the interface of the lane; give an address of another one"
            : null;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // Read when it is first asked for: never where all lanes are on the loopback.
    private static IEnumerable<IReadOnlyList<InterfaceAddress>> Interfaces()
    {
        foreach (var one in NetworkInterface.GetAllNetworkInterfaces())
        {
            yield return [.. one.GetIPProperties().UnicastAddresses.Select(own => new InterfaceAddress(own.Address, own.PrefixLength))];
        }
    }
}
