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

    /// <summary>Receive offloads of the lane's network card, where <c>ethtool</c> is there to ask.</summary>
    public static Examination Offloads(string subject, string? endpoint)
    {
        const string what = "network card";
        if (endpoint is null || !IPEndPoint.TryParse(endpoint, out var address))
        {
            return Examination.NotChecked(subject, what, "no address is configured");
        }

        if (IPAddress.IsLoopback(address.Address))
        {
            return Examination.Ok(subject, what, "the loopback has none");
        }

        var card = NetworkInterface.GetAllNetworkInterfaces()
            .FirstOrDefault(n => n.GetIPProperties().UnicastAddresses.Any(a => a.Address.Equals(address.Address)));
        if (card is null)
        {
            return Examination.NotChecked(subject, what, $"no network card here has {address.Address}");
        }

        return RunTool("ethtool", "-k", card.Name) is { } features
            ? features.Contains("generic-receive-offload: on", StringComparison.Ordinal)
                ? Examination.Ok(subject, what, $"{card.Name}: generic receive offload is on")
                : Examination.Warning(subject, what, $"{card.Name}: generic receive offload is off; ethtool -K {card.Name} gro on")
            : Examination.NotChecked(subject, what, "ethtool is not installed or may not be run: offloads, ring sizes and pause frames are not known");
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
