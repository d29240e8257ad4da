using System.Diagnostics;
using System.Text.Json;

namespace Gateway.Benchmarks.Lane;

/// <summary>Two network namespaces of deploy/lab with an MTU, for as long as the measuring takes.</summary>
internal sealed class Lab : IDisposable
{
    public const string LowAddress = "198.18.0.1";
    public const string HighAddress = "198.18.0.2";
    public const string Interface = "lane0";

    private readonly string name;

    public Lab(int mtu)
    {
        Mtu = mtu;
        name = $"bench-{Environment.ProcessId}-{mtu}";
        Measured.Run(Script, "up", name, "--mtu", $"{mtu}");
    }

    public int Mtu { get; }

    private static string Script { get; } = Path.Combine(Place.Root, "deploy", "lab", "lab");

    /// <summary>Loss at random in percent, and with it the offloads: per datagram where there is loss, GRO with forwarding where there is none.</summary>
    public void Lose(double percent) => Measured.Run(Script, "set", name, "--loss", FormattableString.Invariant($"{percent:0.##}"));

    /// <summary>Opens the way back for a peer that needs one, and closes it again.</summary>
    public void LetReturn(bool open) => Measured.Run(Script, "set", name, "--return", open ? "open" : "closed");

    /// <summary>Datagrams that found no room in a socket's buffer on the high side, and frames that came back, since the lab was made.</summary>
    public (long ReceiveBufferErrors, long ReturnedFrames) Counters()
    {
        var counters = JsonDocument.Parse(Measured.Run(Script, "counters", name).Output).RootElement;
        return (counters.GetProperty("rcvbufErrors").GetInt64(), counters.GetProperty("returnedFrames").GetInt64());
    }

    /// <summary>Runs a program on the low side to its end.</summary>
    public Measured Low(string program, params IReadOnlyList<string> arguments) => Low(null, program, arguments);

    /// <summary>The same for a program that says how far it is.</summary>
    public Measured Low(Action<string>? said, string program, IReadOnlyList<string> arguments) =>
        Measured.Run(Script, ["low", name, program, .. arguments], new Dictionary<string, string>(), said);

    /// <summary>Runs a program on the high side beside the caller.</summary>
    public Task<Measured> HighAsync(string program, params IReadOnlyList<string> arguments) => Task.Run(() => Measured.Run(Script, ["high", name, program, .. arguments]));

    /// <summary>Starts a program on the high side that has to be stopped.</summary>
    public Process StartHigh(string program, params IReadOnlyList<string> arguments) =>
        Process.Start(new ProcessStartInfo(Script, ["high", name, program, .. arguments]) { RedirectStandardError = false, RedirectStandardOutput = true })!;

    /// <summary>Waits until somebody on the high side listens on a port, or the program that was to do so ended.</summary>
    public void AwaitPort(int port, Task program, string protocol = "udp")
    {
        var wanted = FormattableString.Invariant($":{port:X4} ");
        while (!program.IsCompleted && !Measured.Run(Script, "high", name, "cat", $"/proc/net/{protocol}").Output.Contains(wanted, StringComparison.Ordinal))
        {
        }
    }

    public void Dispose()
    {
        using var down = Process.Start(Script, ["down", name]);
        down.WaitForExit();
    }
}
