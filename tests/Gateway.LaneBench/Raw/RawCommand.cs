using System.CommandLine;
using System.Net.Sockets;

namespace Gateway.LaneBench.Raw;

/// <summary><c>lane-bench raw</c>: what the machine's sockets carry when nothing is done with the bytes. The ceiling that the lane is compared with.</summary>
internal static class RawCommand
{
    public static Command Create() =>
        new("raw", "Sends and receives bytes without FEC, hash or disk, as fast as the kernel takes them: the ceiling that a lane is compared with.")
        {
            CreateSend(),
            CreateReceive(),
        };

    private static Command CreateSend()
    {
        var to = Quantity.EndPoint("--to", "Where the datagrams go.");
        var mtu = SharedOptions.Mtu();
        var mebibytes = new Option<int>("--mebibytes") { HelpName = "N", Description = "How much to send.", DefaultValueFactory = _ => 1024 };
        var command = new Command("send", "Sends equal datagrams, not paced.") { to, mtu, mebibytes };
        command.SetAction(result => Run(() => RawSocket.Send(result.GetValue(to)!, result.GetValue(mtu) ?? 1500, (long)result.GetValue(mebibytes) << 20)));
        return command;
    }

    private static Command CreateReceive()
    {
        var listen = Quantity.EndPoint("--listen", "Address and port to receive on.");
        var command = new Command("receive", "Receives until the sender's end marks, and prints one JSON line.") { listen };
        command.SetAction(result => Run(() => RawSocket.Receive(result.GetValue(listen)!)));
        return command;
    }

    private static int Run(Func<RawReport> measured)
    {
        try
        {
            Report.Print(measured(), ReportJson.Default.RawReport);
            return LaneBenchCommand.Done;
        }
        catch (SocketException e)
        {
            return LaneBenchCommand.Refuse(e.Message);
        }
    }
}
