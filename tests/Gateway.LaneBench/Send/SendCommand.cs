using System.CommandLine;
using System.Net.Sockets;
using System.Security.Cryptography;
using Gateway.Core.Wire;
using Gateway.Low;
using Gateway.Low.Send;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.LaneBench.Send;

/// <summary><c>lane-bench send</c>.</summary>
internal static class SendCommand
{
    private const string None = "none";

    /// <summary>Bytes that cross first where a warm-up is asked for, and their pace in bits per second of line: a second in which both processes find out what they have to compile.</summary>
    private const long WarmUpBytes = 256L << 20;
    private const long WarmUpRate = 2_000_000_000;

    /// <summary>Time after it in which they compile that: the runtime waits for a tenth of a second without new methods before it begins.</summary>
    private static readonly TimeSpan AfterWarmUp = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The file that crosses." }.AcceptExistingOnly();
        var to = Quantity.EndPoint("--to", "The far side of the diode.");
        var mtu = SharedOptions.Mtu();
        var rate = Quantity.Rate("Pace in bits per second of line, e.g. 8G or 400M. Default: what the interface says of itself; nothing is sent unpaced.");
        var loss = Quantity.Parsed<LossOptions?>(
            "--loss-target", "P", "Loss to survive: datagrams lost at random in percent, and an outage in milliseconds, e.g. 5% or 2%/20ms.", LossOf);
        var compression = new Option<string>("--compression") { HelpName = "HOW", Description = "weights packs blocks of weights; none sends all as it is.", DefaultValueFactory = _ => None };
        var key = SharedOptions.Key();
        var warmUp = new Option<bool>("--warm-up") { Description = "Send the beginning of the file slowly before all of it, as a session of its own: for figures of processes that have been up for a while." };
        var configuration = SharedOptions.Configuration();
        var command = new Command("send", "Sends one file to lane-bench receive; prints one JSON line, and with --warm-up another before it.") { file, to, mtu, rate, loss, compression, key, warmUp, configuration };
        command.SetAction((result, cancellation) =>
        {
            var keyFile = result.GetValue(key);
            var lane = new LaneOptions(
                SharedOptions.Lane,
                LaneStatus.Udp,
                [result.GetValue(to)!],
                Mtu: result.GetValue(mtu),
                RateBitsPerSecond: result.GetValue(rate),
                Key: keyFile,
                Authentication: keyFile is null ? None : null,
                LossTarget: result.GetValue(loss),
                Compression: result.GetValue(compression)!);
            return RunAsync(result.GetValue(file)!, lane, result.GetValue(warmUp), new(result.GetValue(configuration)!), cancellation);
        });
        return command;
    }

    /// <summary><c>5%</c>, <c>2%/20ms</c>.</summary>
    internal static (LossOptions?, string?) LossOf(string text)
    {
        var parts = text.Split('/');
        double milliseconds = 0;
        return parts.Length <= 2 && Quantity.TryPercent(parts[0], out var share) && (parts.Length == 1 || Quantity.TryMilliseconds(parts[1], out milliseconds))
            ? (new(share * 100, parts.Length == 1 ? null : milliseconds), null)
            : (null, $"'{text}' is no loss; write percent of datagrams and, if wanted, milliseconds of an outage, e.g. 5% or 2%/20ms");
    }

    private static async Task<int> RunAsync(FileInfo file, LaneOptions lane, bool warmUp, ConfiguredSites sites, CancellationToken cancellation)
    {
        if (sites.ObjectionToSending(lane.Addresses[0]) is { } objection)
        {
            return LaneBenchCommand.Refuse(objection);
        }

        var errors = lane.Check().ToList();
        if (errors.Count > 0)
        {
            return LaneBenchCommand.Refuse(string.Join("; ", errors));
        }

        var time = TimeProvider.System;
        var session = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
        var options = lane.ToSenderOptions(lastSession: 0);
        try
        {
            // Without a key nobody believes the numbers, and a sender that starts later has a higher one.
            var epoch = lane.Key is null ? (uint)(session / 1000) : KeyedLane.Open(lane.Key).Succeeded(out var keyed, out _) ? keyed.NextEpoch() : 0;
            var sequence = new LaneSequence(epoch);
            using var source = new SourceFile(file.FullName);
            if (warmUp)
            {
                var slow = options with { RateBitsPerSecond = Math.Min(WarmUpRate, options.RateBitsPerSecond) };
                var warmed = await CrossAsync(file.FullName, Crossing(source, Math.Min(WarmUpBytes, source.Length)), slow, sequence, session++, time, cancellation);
                await Task.Delay(AfterWarmUp, time, cancellation);
                // Only now: what comes next is the session that counts.
                Report.Print(warmed, ReportJson.Default.SentFile);
            }

            Report.Print(await CrossAsync(file.FullName, Crossing(source, source.Length), options, sequence, session, time, cancellation), ReportJson.Default.SentFile);
            return LaneBenchCommand.Done;
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
        {
            return LaneBenchCommand.Refuse($"{file}: {e.Message}");
        }
    }

    private static async Task<SentFile> CrossAsync(
        string file, OutboundSession crossing, LaneSenderOptions options, LaneSequence sequence, ulong session, TimeProvider time, CancellationToken cancellation)
    {
        await using var sender = new LaneSender(options, sequence, (_, _) => ValueTask.FromResult(session), time, NullLogger<LaneSender>.Instance);
        var (bytes, began, cpu) = (crossing.Content.TotalBytes, time.GetUtcNow(), ProcessCost.Cpu);
        await sender.SendAsync(crossing, cancellation);
        var ended = time.GetUtcNow();
        return new(
            file,
            session,
            bytes,
            (ended - began).TotalSeconds,
            Report.GigabitsPerSecond(bytes, ended - began),
            sender.Status.Datagrams,
            options.Geometry.DatagramBytes,
            options.Geometry.DataSymbols,
            options.Geometry.ParitySymbols,
            options.Geometry.Interleave,
            options.RateBitsPerSecond,
            (ProcessCost.Cpu - cpu).TotalSeconds,
            ProcessCost.PeakBytes,
            Report.UnixSeconds(began),
            Report.UnixSeconds(ended));
    }

    private static OutboundSession Crossing(SourceFile source, long bytes) =>
        new() { Content = new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), bytes, default, default, default), Read = source.ReadAsync };
}
