using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Gateway.Core.Wire;
using Gateway.Low.Send;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.LaneBench.Send;

/// <summary><c>lane-bench send</c>.</summary>
internal static class SendCommand
{
    /// <summary>IPv4 and UDP headers.</summary>
    private const int HeaderBytes = 28;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The file that crosses." }.AcceptExistingOnly();
        var to = Quantity.EndPoint("--to", "The far side of the diode.");
        var mtu = SharedOptions.Mtu();
        var rate = Quantity.Rate("Pace in bits per second of line, e.g. 8G or 400M. Default: what the interface says of itself; nothing is sent unpaced.");
        var key = SharedOptions.Key();
        var configuration = SharedOptions.Configuration();
        var command = new Command("send", "Sends one file to lane-bench receive; prints one JSON line.") { file, to, mtu, rate, key, configuration };
        command.SetAction((result, cancellation) => RunAsync(
            result.GetValue(file)!, result.GetValue(to)!, result.GetValue(mtu) ?? 1500, result.GetValue(rate) ?? 1_000_000_000, new(result.GetValue(configuration)!), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo file, IPEndPoint to, int mtu, long rate, ConfiguredSites sites, CancellationToken cancellation)
    {
        if (sites.ObjectionToSending(to) is { } objection)
        {
            return LaneBenchCommand.Refuse(objection);
        }

        if (!FecGeometry.Create(FecGeometry.DefaultDataSymbols, FecGeometry.DefaultParitySymbols, mtu - HeaderBytes - Datagram.HeaderBytes, FecGeometry.DefaultInterleave)
            .Succeeded(out var geometry, out var refusal))
        {
            return LaneBenchCommand.Refuse(refusal.ToString());
        }

        var time = TimeProvider.System;
        var session = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
        var options = new LaneSenderOptions { Lane = SharedOptions.Lane, Targets = [to], RateBitsPerSecond = rate, Geometry = geometry };
        using var source = new SourceFile(file.FullName);
        try
        {
            await using var sender = new LaneSender(options, new((uint)(session / 1000)), (_, _) => ValueTask.FromResult(session), time, NullLogger<LaneSender>.Instance);
            var content = new SessionContent(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), source.Length, default, default, default);
            var (began, cpu) = (time.GetUtcNow(), ProcessCost.Cpu);
            await sender.SendAsync(new() { Content = content, Read = source.ReadAsync }, cancellation);
            var ended = time.GetUtcNow();
            Report.Print(
                new SentFile(
                    file.FullName,
                    session,
                    content.TotalBytes,
                    (ended - began).TotalSeconds,
                    Report.GigabitsPerSecond(content.TotalBytes, ended - began),
                    sender.Status.Datagrams,
                    geometry.DatagramBytes,
                    geometry.DataSymbols,
                    geometry.ParitySymbols,
                    geometry.Interleave,
                    rate,
                    (ProcessCost.Cpu - cpu).TotalSeconds,
                    ProcessCost.PeakBytes,
                    Report.UnixSeconds(began),
                    Report.UnixSeconds(ended)),
                ReportJson.Default.SentFile);
            return LaneBenchCommand.Done;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return LaneBenchCommand.Refuse($"{file}: {e.Message}");
        }
    }
}
