using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Gateway.High.Receive;
using Microsoft.Extensions.Logging;

namespace Gateway.LaneBench.Receive;

/// <summary><c>lane-bench receive</c>.</summary>
internal static class ReceiveCommand
{
    public static Command Create()
    {
        var listen = Quantity.EndPoint("--listen", "Address of the interface behind the diode, and the port.");
        var directory = new Option<string>("--dir") { HelpName = "D", Description = "Directory of its own for the files; made where it is missing.", Required = true };
        var key = SharedOptions.Key();
        var once = new Option<bool>("--once") { Description = "End after one file: 0 where it is whole, 1 where blocks stay missing." };
        var files = new Option<int?>("--files") { HelpName = "N", Description = "End after so many files: 0 where all are whole." };
        var configuration = SharedOptions.Configuration();
        var command = new Command("receive", "Receives files of lane-bench send; prints one JSON line for each.") { listen, directory, key, once, files, configuration };
        command.SetAction((result, cancellation) => RunAsync(
            result.GetValue(listen)!, result.GetValue(directory)!, result.GetValue(key), result.GetValue(once) ? 1 : result.GetValue(files), new(result.GetValue(configuration)!), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(IPEndPoint listen, string directory, string? key, int? most, ConfiguredSites sites, CancellationToken cancellation)
    {
        if ((sites.ObjectionToListening(listen) ?? sites.ObjectionToWriting(directory)) is { } objection)
        {
            return LaneBenchCommand.Refuse(objection);
        }

        KeyedLane? keyed = null;
        if (key is not null && !KeyedLane.Open(key).Succeeded(out keyed, out var refusal))
        {
            return LaneBenchCommand.Refuse(refusal.ToString());
        }

        using var logs = LoggerFactory.Create(l => l.AddSimpleConsole().AddConsole(c => c.LogToStandardErrorThreshold = LogLevel.Trace));
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var whole = true;
        try
        {
            Directory.CreateDirectory(directory);
            LaneReceiver? receiver = null;
            var arriving = new ReceivedFiles(
                directory,
                () => receiver!.Status,
                file =>
                {
                    Report.Print(file, ReportJson.Default.ReceivedFileReport);
                    whole &= file.Whole;
                    if (--most == 0)
                    {
                        done.Cancel();
                    }
                },
                TimeProvider.System);
            using (receiver = new LaneReceiver(OptionsFor(listen, keyed), arriving.OpenAsync, TimeProvider.System, logs.CreateLogger<LaneReceiver>()))
            {
                await receiver.RunAsync(done.Token);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            return LaneBenchCommand.Refuse($"{listen} or {directory}: {e.Message}");
        }

        return whole ? LaneBenchCommand.Done : LaneBenchCommand.Refused;
    }

    private static LaneReceiverOptions OptionsFor(IPEndPoint listen, KeyedLane? keyed) =>
        keyed is null
            ? new() { Lane = SharedOptions.Lane, Listen = [listen] }
            : new() { Lane = SharedOptions.Lane, Listen = [listen], Keys = [keyed.Key], Epochs = keyed.SeenEpochs(), RecordEpoch = keyed.RecordSeenAsync };
}
