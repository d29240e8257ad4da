using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Cli.Files;
using Gateway.Cli.Terminal;
using Gateway.Core.Wire;

namespace Gateway.Cli.Doctor;

/// <summary>Looks at a lane of a service's configuration: its keys, the network card on its side of the diode, what the kernel grants.</summary>
internal static class LaneExaminations
{
    private const string Card = "network card";
    private const string Key = "lane key";

    /// <summary>Receive buffer that the high side asks for where the file names none, in bytes.</summary>
    private const int DefaultReceiveBufferBytes = 64 << 20;

    /// <summary>Send buffer that the low side asks for, in bytes.</summary>
    private const int SendBufferBytes = 4 << 20;

    /// <summary>Bits per second in a unit of /sys/class/net/…/speed.</summary>
    private const long BitsPerMegabit = 1_000_000;

    /// <summary>Everything of one lane.</summary>
    /// <param name="file">The configuration file, with its path.</param>
    /// <param name="lane">The lane in it.</param>
    /// <param name="folder">What to look at where the lane is of files, but for the lane's name.</param>
    public static IEnumerable<Examination> Run(string file, JsonObject lane, FolderLaneExaminations folder)
    {
        var subject = $"{file}, lane {lane["id"]}";
        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return Keys(subject, directory, lane).Concat(
            lane["kind"]?.ToString() == "folder" ? (folder with { Subject = subject }).Run(lane, lane["directory"]?.ToString() is { } path ? Path.GetFullPath(path, directory) : null)
            : lane["kind"]?.ToString() is { } kind && kind != "udp" ? []
            : lane["listen"] is JsonArray listen ? HighSide(subject, lane, listen)
            : LowSide(subject, lane, lane["targets"] as JsonArray ?? []));
    }

    private static IEnumerable<Examination> Keys(string subject, string directory, JsonObject lane)
    {
        string[] files = [.. new[] { lane["key"] }.Concat(lane["keys"] as JsonArray ?? []).OfType<JsonNode>().Select(node => Path.GetFullPath(node.ToString(), directory))];
        if (files.Length == 0)
        {
            yield return lane["authentication"]?.ToString() == "none"
                ? Examination.Warning(subject, Key, "none: whoever can put light on the fibre can cost blocks; make one with gateway lane key and give it to both sides")
                : Examination.Failed(subject, Key, "not configured: make one with gateway lane key and give it to both sides");
        }

        foreach (var file in files)
        {
            var secret = FileExaminations.Secret(subject, Key, file, groupMayRead: true, "gateway lane key makes one");
            yield return secret.Status == ExaminationStatus.Ok ? Named(subject, lane["id"]?.ToString() ?? "", file) : secret;
        }
    }

    private static Examination Named(string subject, string lane, string file)
    {
        try
        {
            return LaneKey.Parse(Encoding.UTF8.GetString(CappedFile.Read(file, LaneKey.MaximumTextLength))).Succeeded(out var key, out var refusal)
                ? Examination.Ok(subject, Key, $"{file}, id {key.IdFor(lane):x8}: the other side must show the same")
                : Examination.Failed(subject, Key, $"{file}: {refusal.Detail}");
        }
        catch (CommandStop e)
        {
            return Examination.Failed(subject, Key, e.Message);
        }
    }

    private static IEnumerable<Examination> HighSide(string subject, JsonObject lane, JsonArray listen)
    {
        var wanted = Number(lane["receiveBufferBytes"]) ?? DefaultReceiveBufferBytes;
        var granted = Granted(socket => socket.ReceiveBufferSize = (int)Math.Min(wanted, int.MaxValue / 2), socket => socket.ReceiveBufferSize);
        yield return Buffer(subject, "receive buffer", "rmem_max", wanted, granted);
        foreach (var address in listen.Select(node => Parse(node?.ToString())))
        {
            if (address is null)
            {
                yield return Examination.NotChecked(subject, Card, "no address is configured");
            }
            else if (IPAddress.IsLoopback(address.Address))
            {
                yield return Examination.Ok(subject, Card, "the loopback, which has no offloads");
            }
            else if (CardOf(address.Address) is not { } card)
            {
                yield return Examination.Failed(subject, Card, $"no network card here has {address.Address}: give it to the one behind the diode");
            }
            else
            {
                yield return Offload(subject, card, "generic-receive-offload", "gro");
                yield return Offload(subject, card, "rx-udp-gro-forwarding", "rx-udp-gro-forwarding");
                yield return Examination.Ok(subject, "packet size", $"{card.Name} carries {MtuOf(card)} bytes: the low side's mtu must not be larger");
            }
        }
    }

    private static IEnumerable<Examination> LowSide(string subject, JsonObject lane, JsonArray targets)
    {
        yield return Buffer(
            subject, "send buffer", "wmem_max", SendBufferBytes, Granted(socket => socket.SendBufferSize = SendBufferBytes, socket => socket.SendBufferSize));
        foreach (var target in targets.Select(node => Parse(node?.ToString())))
        {
            if (target is null)
            {
                yield return Examination.NotChecked(subject, Card, "no address is configured");
                continue;
            }

            var (local, objection) = Route(target);
            if (local is null)
            {
                yield return Examination.Failed(subject, Card, $"no route to {target}: {objection}; give the lane's card its address and a route");
            }
            else if (IPAddress.IsLoopback(local))
            {
                yield return Examination.Ok(subject, Card, "the loopback, which has no offloads");
            }
            else if ((lane["interface"]?.ToString() is { } named ? Cards().FirstOrDefault(c => c.Name == named) : CardOf(local)) is not { } card)
            {
                yield return Examination.NotChecked(subject, Card, $"the card that {target} is reached by is not known here");
            }
            else
            {
                yield return Offload(subject, card, "tx-udp-segmentation", "tx-udp-segmentation");
                yield return PacketSize(subject, card, Number(lane["mtu"]));
                yield return Rate(subject, card, Number(lane["rateBitsPerSecond"]));
            }
        }
    }

    private static Examination PacketSize(string subject, NetworkInterface card, long? configured)
    {
        var mtu = MtuOf(card);
        return configured is null or 0 ? Examination.Ok(subject, "packet size", $"{mtu} bytes, as {card.Name} carries")
            : configured > mtu ? Examination.Failed(subject, "packet size", $"mtu is {configured}, {card.Name} carries {mtu}: nothing larger leaves; ip link set {card.Name} mtu {configured}, or lower mtu")
            : Examination.Ok(subject, "packet size", $"{configured} bytes, {card.Name} carries {mtu}");
    }

    private static Examination Rate(string subject, NetworkInterface card, long? configured)
    {
        var speed = SpeedOf(card.Name);
        return (configured, speed) switch
        {
            (null, null) => Examination.Failed(subject, "rate", $"{card.Name} does not say how fast it is: give rateBitsPerSecond; nothing is sent unpaced into a diode"),
            (null, { } known) => Examination.Ok(subject, "rate", $"{known / BitsPerMegabit:N0} Mbit/s, as {card.Name} says"),
            ({ } wanted, { } known) when wanted > known => Examination.Warning(
                subject, "rate", $"{wanted / BitsPerMegabit:N0} Mbit/s are more than the {known / BitsPerMegabit:N0} of {card.Name}: lower rateBitsPerSecond"),
            ({ } wanted, _) => Examination.Ok(subject, "rate", $"{wanted / BitsPerMegabit:N0} Mbit/s"),
        };
    }

    /// <summary>Asks the kernel for a buffer and reads back what it granted; it grants up to its limit and says nothing.</summary>
    private static int Granted(Action<Socket> ask, Func<Socket, int> read)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        ask(socket);

        // Linux answers with twice what it granted: the other half is for its own bookkeeping.
        return read(socket) / 2;
    }

    private static Examination Buffer(string subject, string what, string limit, long wanted, int granted) => granted >= wanted
        ? Examination.Ok(subject, what, $"{Screen.Size(wanted)} granted")
        : Examination.Warning(
            subject, what, $"{Screen.Size(granted)} granted of {Screen.Size(wanted)}: bursts will be lost; sysctl -w net.core.{limit}={wanted} (and keep it in /etc/sysctl.d)");

    private static Examination Offload(string subject, NetworkInterface card, string feature, string setting)
    {
        if (MachineExaminations.RunTool("ethtool", "-k", card.Name) is not { } features)
        {
            return Examination.NotChecked(subject, Card, $"{card.Name}: ethtool is not installed or may not be run: offloads, ring sizes and pause frames are not known");
        }

        var said = features.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith($"{feature}: ", StringComparison.Ordinal)) ?? "";
        return said.Contains(" on", StringComparison.Ordinal) ? Examination.Ok(subject, Card, $"{card.Name}: {feature} is on")
            : said.Length == 0 || said.Contains("[fixed]", StringComparison.Ordinal) ? Examination.Ok(subject, Card, $"{card.Name} has no {feature}, which costs some speed")
            : Examination.Warning(subject, Card, $"{card.Name}: {feature} is off; ethtool -K {card.Name} {setting} on");
    }

    private static (IPAddress? Local, string Objection) Route(IPEndPoint target)
    {
        using var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Connecting a UDP socket sends nothing: it asks the routing table, and the socket then has the card's address.
            socket.Connect(target);
            return (((IPEndPoint)socket.LocalEndPoint!).Address, "");
        }
        catch (SocketException e)
        {
            return (null, e.Message);
        }
    }

    private static NetworkInterface[] Cards() => NetworkInterface.GetAllNetworkInterfaces();

    private static NetworkInterface? CardOf(IPAddress local) => Cards().FirstOrDefault(n => n.GetIPProperties().UnicastAddresses.Any(a => a.Address.Equals(local)));

    private static int MtuOf(NetworkInterface card) => card.GetIPProperties().GetIPv4Properties().Mtu;

    // A card without a link fails to be read or says -1, and so does one that is no hardware.
    private static long? SpeedOf(string card)
    {
        try
        {
            return long.TryParse(File.ReadLines($"/sys/class/net/{card}/speed").FirstOrDefault(), out var megabits) && megabits > 0 ? megabits * BitsPerMegabit : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IPEndPoint? Parse(string? endpoint) => endpoint is not null && IPEndPoint.TryParse(endpoint, out var address) ? address : null;

    private static long? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;
}
