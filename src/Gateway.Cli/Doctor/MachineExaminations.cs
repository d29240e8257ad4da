using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Gateway.Cli.Terminal;

namespace Gateway.Cli.Doctor;

/// <summary>Looks at the machine: what the kernel grants, the network card, the clock.</summary>
internal static class MachineExaminations
{
    private const string Machine = "this machine";
    private const string Card = "network card";

    /// <summary>Longest that a system tool may take.</summary>
    private static readonly TimeSpan ToolTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Asks the kernel for the buffer and reads back what it granted; it grants up to <c>net.core.rmem_max</c> and says nothing.</summary>
    public static Examination ReceiveBuffer(string subject, long wanted)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.ReceiveBufferSize = (int)Math.Min(wanted, int.MaxValue / 2);
        // Linux answers with twice what it granted: the other half is for its own bookkeeping.
        var granted = socket.ReceiveBufferSize / 2;
        return granted >= wanted
            ? Examination.Ok(subject, "receive buffer", $"{Screen.Size(wanted)} granted")
            : Examination.Warning(
                subject, "receive buffer",
                $"{Screen.Size(granted)} granted of {Screen.Size(wanted)}: bursts will be lost; sysctl -w net.core.rmem_max={wanted} (and keep it in /etc/sysctl.d)");
    }

    /// <summary>Receive offloads of the network card that the lane listens on, where <c>ethtool</c> is there to ask.</summary>
    public static Examination ReceiveOffload(string subject, string? listen)
    {
        if (Parse(listen) is not { } address)
        {
            return Examination.NotChecked(subject, Card, "no address is configured");
        }

        return address.Address.Equals(IPAddress.Any)
            ? Examination.NotChecked(subject, Card, "the lane listens on every network card: name the address of the one that the diode is on")
            : Offload(subject, address.Address, "generic-receive-offload", "gro");
    }

    /// <summary>Segmentation offload of the network card that the kernel would send the lane by.</summary>
    public static Examination SendOffload(string subject, string? target)
    {
        if (Parse(target) is not { } address)
        {
            return Examination.NotChecked(subject, Card, "no address is configured");
        }

        using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Connecting a UDP socket sends nothing: it asks the routing table, and the socket then has the card's address.
            socket.Connect(address);
        }
        catch (SocketException e)
        {
            return Examination.Failed(subject, Card, $"no route to {address}: {e.Message}; give the lane's card its address and a route");
        }

        return Offload(subject, ((IPEndPoint)socket.LocalEndPoint!).Address, "tx-udp-segmentation", "tx-udp-segmentation");
    }

    private static IPEndPoint? Parse(string? endpoint) => endpoint is not null && IPEndPoint.TryParse(endpoint, out var address) ? address : null;

    private static Examination Offload(string subject, IPAddress local, string feature, string setting)
    {
        if (IPAddress.IsLoopback(local))
        {
            return Examination.Ok(subject, Card, "the loopback, which has no offloads");
        }

        var card = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(n => n.GetIPProperties().UnicastAddresses.Any(a => a.Address.Equals(local)));
        if (card is null)
        {
            return Examination.NotChecked(subject, Card, $"no network card here has {local}");
        }

        return RunTool("ethtool", "-k", card.Name) is { } features
            ? features.Contains($"{feature}: on", StringComparison.Ordinal)
                ? Examination.Ok(subject, Card, $"{card.Name}: {feature} is on")
                : Examination.Warning(subject, Card, $"{card.Name}: {feature} is off; ethtool -K {card.Name} {setting} on")
            : Examination.NotChecked(subject, Card, $"{card.Name}: ethtool is not installed or may not be run: offloads, ring sizes and pause frames are not known");
    }

    /// <summary>Whether the clock is kept right: expiry is judged by it.</summary>
    public static Examination Clock() => RunTool("timedatectl", "show", "--property", "NTPSynchronized", "--value")?.Trim() switch
    {
        "yes" => Examination.Ok(Machine, "clock", "synchronised"),
        "no" => Examination.Warning(Machine, "clock", "not synchronised: releases may seem expired or not yet valid"),
        _ => Examination.NotChecked(Machine, "clock", "timedatectl does not answer here; compare the clock by hand: expiry is judged by it"),
    };

    private static string? RunTool(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            return process.WaitForExit(ToolTimeout) && process.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
