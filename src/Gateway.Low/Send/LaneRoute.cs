using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Gateway.Core;

namespace Gateway.Low.Send;

/// <summary>The network interface that a lane leaves by, and what the kernel says of it.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Mtu">Most bytes of an IP packet; null where it does not say.</param>
/// <param name="BitsPerSecond">Its speed; null where it does not say, as the loopback.</param>
internal sealed record LaneRoute(string Interface, int? Mtu, long? BitsPerSecond)
{
    private const string Interfaces = "/sys/class/net";
    private const int BitsPerMegabit = 1_000_000;
    private const int MostMtu = 65_535;
    private const int SolSocket = 1;
    private const int SoBindToDevice = 25;

    /// <summary>
    /// Finds the interface that the routes choose for a target, or looks at the one named. Sends nothing. Refuses with <see cref="RefusalCode.ConfigurationInvalid"/> where there
    /// is none, or where it cannot be used.
    /// </summary>
    public static Outcome<LaneRoute> Find(IPEndPoint target, string? networkInterface)
    {
        using var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (networkInterface is not null)
            {
                if (!NetworkInterface.GetAllNetworkInterfaces().Any(one => one.Name == networkInterface))
                {
                    return Invalid($"there is no network interface {networkInterface} here; correct its name");
                }

                BindTo(socket, networkInterface);
                return Of(networkInterface);
            }

            // Connecting a UDP socket sends nothing: it asks the routing table, and the socket then has the interface's address.
            socket.Connect(target);
            var local = ((IPEndPoint)socket.LocalEndPoint!).Address;
            return NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(one => one.GetIPProperties().UnicastAddresses.Any(own => own.Address.Equals(local))) is { } chosen
                ? Of(chosen.Name)
                : IPAddress.IsLoopback(local) ? Of("lo")
                : Invalid($"no network interface here has {local}, from which {target} is reached; name the interface, or give mtu and rateBitsPerSecond");
        }
        catch (SocketException e)
        {
            return networkInterface is null
                ? Invalid($"there is no route to {target} ({e.Message}); give the interface of the lane an address and a route, or give mtu and rateBitsPerSecond")
                : Invalid($"{networkInterface} cannot be bound to ({e.Message}); leave it out and let the routes decide");
        }
        catch (NetworkInformationException e)
        {
            return Invalid($"the network interfaces cannot be listed ({e.Message}); let the service read them (AF_NETLINK), or give mtu and rateBitsPerSecond");
        }
    }

    /// <summary>Lets a socket send by this interface and no other. Throws <see cref="SocketException"/>.</summary>
    public static void BindTo(Socket socket, string networkInterface) =>
        socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(networkInterface + '\0'));

    private static LaneRoute Of(string name)
    {
        var (mtu, megabits) = (Number(name, "mtu"), Number(name, "speed"));
        return new(name, mtu is > 0 ? (int)Math.Min(mtu.Value, MostMtu) : null, megabits is > 0 ? megabits * BitsPerMegabit : null);
    }

    // An interface without a speed fails to be read, or says -1.
    private static long? Number(string name, string property)
    {
        try
        {
            return long.TryParse(File.ReadLines(Path.Combine(Interfaces, name, property)).FirstOrDefault(), CultureInfo.InvariantCulture, out var number) ? number : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Refusal Invalid(string what) => new(RefusalCode.ConfigurationInvalid, what);
}
