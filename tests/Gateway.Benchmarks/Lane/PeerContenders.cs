using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Gateway.Benchmarks.Lane;

/// <summary>UDP GSO to UDP GRO without FEC, hash or disk: what the machine can do at all.</summary>
internal sealed record RawContender(Lab Lab, double LossPercent, int Mebibytes) : Contender(Raw, Lab, LossPercent)
{
    /// <summary>Its name.</summary>
    public const string Raw = "raw GSO to GRO";

    private const int Port = 9001;

    private static readonly string Program = Place.Program("Gateway.LaneBench", "lane-bench");

    /// <summary>Gbit/s before measuring began.</summary>
    public double Found { get; private set; }

    public override string? Objection => File.Exists(Program) ? null : "build tests/Gateway.LaneBench first";

    public override void Prepare() => Found = Cross().GbitPerSecond;

    protected override Crossing CrossOnce()
    {
        var receiving = Lab.HighAsync(Program, "raw", "receive", "--listen", $"{Lab.HighAddress}:{Port}");
        Lab.AwaitPort(Port, receiving);
        var sent = JsonDocument.Parse(Lab.Low(Program, "raw", "send", "--to", $"{Lab.HighAddress}:{Port}", "--mtu", $"{Lab.Mtu}", "--mebibytes", $"{Mebibytes}").Output).RootElement;
        var received = JsonDocument.Parse(receiving.Result.Output).RootElement;
        return new(
            true, received.GetProperty("gbitPerSecond").GetDouble(), sent.GetProperty("cpuSeconds").GetDouble(), received.GetProperty("cpuSeconds").GetDouble(), receiving.Result.PeakBytes, 0);
    }
}

/// <summary><c>iperf3 -u</c>, not paced; what arrived of it.</summary>
internal sealed record IperfContender(Lab Lab) : Contender("iperf3 -u", Lab, 0)
{
    private const int Port = 5201;

    /// <summary>IPv4 and UDP headers.</summary>
    private const int HeaderBytes = 28;

    public override string? Objection => Installed("iperf3") is null ? "iperf3 is not installed" : null;

    // It agrees on a test over TCP.
    protected override bool NeedsReturn => true;

    protected override Crossing CrossOnce()
    {
        var receiving = Lab.HighAsync("iperf3", "-s", "-1", "-B", Lab.HighAddress);
        Lab.AwaitPort(Port, receiving, "tcp");
        var sent = Lab.Low("iperf3", "-u", "-c", Lab.HighAddress, "-b", "0", "-l", $"{Lab.Mtu - HeaderBytes}", "-t", "2", "-w", "4M", "-J");
        var sum = JsonDocument.Parse(sent.Output).RootElement.GetProperty("end").GetProperty("sum");
        var arrived = 1 - (sum.GetProperty("lost_percent").GetDouble() / 100);
        var gibibytes = sum.GetProperty("bytes").GetDouble() / (1L << 30);
        return new(
            true,
            sum.GetProperty("bits_per_second").GetDouble() * arrived / 1e9,
            sent.Cpu.TotalSeconds / gibibytes,
            receiving.Result.Cpu.TotalSeconds / gibibytes,
            receiving.Result.PeakBytes,
            0);
    }
}

/// <summary>A program of Debian's that carries the file; what arrived is compared by its digest. It is given a pace that it survives, found by trying.</summary>
internal abstract record FileContender(string Name, Lab Lab, double LossPercent, string SourceFile, string Sha256, Inbox Inbox) : Contender(Name, Lab, LossPercent)
{
    private static readonly int[] Rates = [1100, 800, 600, 400, 200];

    private int rate = Rates[0];

    /// <summary>Megabits per second.</summary>
    protected int Rate => rate;

    protected override string Pace => string.Create(CultureInfo.InvariantCulture, $", paced to {rate} Mbit/s");

    public override void Prepare()
    {
        foreach (var tried in Rates)
        {
            rate = tried;
            if (Cross().Whole)
            {
                return;
            }
        }
    }

    protected override Crossing CrossOnce()
    {
        try
        {
            Inbox.HoldMemory();
            var (sent, received) = Carry();
            return new(IsWhole(), new FileInfo(SourceFile).Length * 8 / sent.Wall.TotalSeconds / 1e9, sent.Cpu.TotalSeconds, received.Cpu.TotalSeconds, received.PeakBytes, 0);
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException)
        {
            return Crossing.Failed;
        }
        finally
        {
            Inbox.Clear();
        }
    }

    protected abstract (Measured Sent, Measured Received) Carry();

    private bool IsWhole()
    {
        if (Directory.EnumerateFiles(Inbox.Path).SingleOrDefault() is not { } arrived)
        {
            return false;
        }

        using var file = File.OpenRead(arrived);
        return Convert.ToHexStringLower(SHA256.HashData(file)) == Sha256;
    }
}

/// <summary><c>udpcast --async</c>: with FEC and without a return channel.</summary>
internal sealed record UdpcastContender(Lab Lab, double LossPercent, string SourceFile, string Sha256, Inbox Inbox)
    : FileContender("udpcast --async --fec 8x8/128", Lab, LossPercent, SourceFile, Sha256, Inbox)
{
    private const int Port = 9002;

    public override string? Objection => Installed("udp-sender") is null ? "udpcast is not installed" : null;

    protected override (Measured, Measured) Carry()
    {
        var receiving = Lab.HighAsync(
            "udp-receiver", "--file", Path.Combine(Inbox.Path, "arrived"), "--interface", Lab.Interface, "--nokbd", "--portbase", $"{Port}", "--mcast-rdv-addr", Lab.LowAddress,
            "--rcvbuf", "4M", "--start-timeout", "20", "--receive-timeout", "10");
        Lab.AwaitPort(Port, receiving);
        Inbox.GiveMemory();
        var sent = Lab.Low(
            "udp-sender", "--file", SourceFile, "--interface", Lab.Interface, "--nokbd", "--portbase", $"{Port}", "--async", "--fec", "8x8/128",
            "--max-bitrate", string.Create(CultureInfo.InvariantCulture, $"{Rate}m"), "--mcast-data-addr", Lab.HighAddress, "--mcast-rdv-addr", Lab.HighAddress, "--autostart", "1");
        return (sent, receiving.Result);
    }
}

/// <summary><c>uftp</c>, which needs a way back.</summary>
internal sealed record UftpContender(Lab Lab, double LossPercent, string SourceFile, string Sha256, Inbox Inbox)
    : FileContender("uftp, with a return channel", Lab, LossPercent, SourceFile, Sha256, Inbox)
{
    private const int Port = 1044;

    /// <summary>What uftp adds to its blocks, rounded up, and the most that it takes.</summary>
    private const int HeadersBytes = 72;
    private const int MostBytes = 8800;

    public override string? Objection => Installed("uftp") is null ? "uftp is not installed" : null;

    protected override bool NeedsReturn => true;

    protected override (Measured, Measured) Carry()
    {
        // It serves until it is stopped.
        using var daemon = Lab.StartHigh("uftpd", "-d", "-t", "-D", Inbox.Path, "-I", Lab.Interface, "-B", "4194304");
        try
        {
            Lab.AwaitPort(Port, daemon.WaitForExitAsync());
            Inbox.GiveMemory();
            var sent = Lab.Low(
                "uftp", "-R", string.Create(CultureInfo.InvariantCulture, $"{Rate * 1000}"), "-I", Lab.Interface, "-M", "230.4.4.1", "-P", "230.5.5.x",
                "-b", $"{Math.Min(Lab.Mtu - HeadersBytes, MostBytes)}", "-B", "4194304", SourceFile);
            return (sent, Measured.Of(daemon));
        }
        finally
        {
            daemon.Kill();
            daemon.WaitForExit();
        }
    }
}
