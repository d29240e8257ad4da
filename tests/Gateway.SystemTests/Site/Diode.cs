using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Gateway.SystemTests.Site;

/// <summary>
/// The diode of deploy/lab between a low and a high side in network namespaces of their own, and a third one for the people, who reach both services over a network apart
/// from the lane. What the high side's kernel would say over the lane is counted, and nothing of it arrives.
/// </summary>
internal sealed class Diode : IAsyncDisposable
{
    private const int NewNetwork = 0x40000000;

    /// <summary>Exit code of the lab for a machine that cannot have one: no root, or a tool is missing.</summary>
    private const int CannotBeHad = 3;

    private readonly string name;

    private Diode(string name) => this.name = name;

    public static IPAddress LowLane { get; } = IPAddress.Parse("198.18.0.1");

    public static IPAddress HighLane { get; } = IPAddress.Parse("198.18.0.2");

    public static string LowService => "198.18.1.2";

    public static string HighService => "198.18.2.2";

    private static string Lab { get; } = Path.Combine(Product.Root, "deploy", "lab", "lab");

    /// <summary>A diode of its own, or why there is none.</summary>
    public static async Task<(Diode? Diode, string Objection)> OpenAsync(params IReadOnlyList<string> options)
    {
        var diode = new Diode($"test-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}");
        var (code, _, error) = await RunAsync(Lab, ["up", diode.name, .. options]);
        if (code == CannotBeHad || error.Contains("Operation not permitted", StringComparison.Ordinal))
        {
            return (null, error.Trim());
        }

        if (code != 0)
        {
            throw new InvalidOperationException(error);
        }

        await diode.LinkPeopleAsync();
        return (diode, "");
    }

    /// <summary>Changes loss, offloads or the return path.</summary>
    public Task SetAsync(params IReadOnlyList<string> options) => MustAsync(Lab, ["set", name, .. options]);

    /// <summary>What the lab counted so far.</summary>
    public async Task<DiodeCounts> CountsAsync()
    {
        var counts = JsonDocument.Parse(await MustAsync(Lab, ["counters", name])).RootElement;
        long Count(string property) => counts.GetProperty(property).GetInt64();
        return new(Count("delivered"), Count("lost"), Count("returned"), Count("returnedFrames"), Count("rcvbufErrors"));
    }

    /// <summary>Runs a command of the network tools on the high side.</summary>
    public Task<string> HighAsync(params IReadOnlyList<string> command) => MustAsync(Lab, ["high", name, .. command]);

    /// <summary>Runs a command of the network tools on the low side.</summary>
    public Task<string> LowAsync(params IReadOnlyList<string> command) => MustAsync(Lab, ["low", name, .. command]);

    public RunningProgram StartLow(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment) => Start("low", program, arguments, environment);

    public RunningProgram StartHigh(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment) => Start("high", program, arguments, environment);

    public RunningProgram StartForPeople(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment) => Start("people", program, arguments, environment);

    /// <summary>A socket of the low side, from which the lane is reached.</summary>
    public Socket LowSocket() => In("low", () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));

    /// <summary>Connects as the people's tools do.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = In("people", () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await MustAsync(Lab, ["down", name]);
        await MustAsync("ip", ["netns", "delete", $"{name}-people"]);
    }

    private RunningProgram Start(string side, string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment) =>
        RunningProgram.Start("ip", ["netns", "exec", $"{name}-{side}", program, .. arguments], environment);

    private async Task LinkPeopleAsync()
    {
        await MustAsync("ip", ["netns", "add", $"{name}-people"]);
        foreach (var (side, people, service) in new[] { ("low", "198.18.1.1", LowService), ("high", "198.18.2.1", HighService) })
        {
            await MustAsync("ip", ["link", "add", side, "netns", $"{name}-people", "type", "veth", "peer", "name", "service", "netns", $"{name}-{side}"]);
            await MustAsync("ip", ["-n", $"{name}-people", "address", "add", $"{people}/30", "dev", side]);
            await MustAsync("ip", ["-n", $"{name}-people", "link", "set", side, "up"]);
            await MustAsync("ip", ["-n", $"{name}-{side}", "address", "add", $"{service}/30", "dev", "service"]);
            await MustAsync("ip", ["-n", $"{name}-{side}", "link", "set", "service", "up"]);
        }
    }

    // A socket belongs to the namespace of the thread that made it; the thread ends with it.
    private T In<T>(string side, Func<T> make)
        where T : class
    {
        T? made = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/run/netns/{name}-{side}");
                if (setns((int)handle.DangerousGetHandle(), NewNetwork) != 0)
                {
                    throw new InvalidOperationException($"setns: {Marshal.GetLastPInvokeErrorMessage()}");
                }

                made = make();
            }
#pragma warning disable CA1031 // It is thrown again on the thread that asked.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return made ?? throw new InvalidOperationException($"No socket in {name}-{side}.", failure);
    }

    private static async Task<string> MustAsync(string program, IReadOnlyList<string> arguments)
    {
        var (code, output, error) = await RunAsync(program, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}:\n{error}");
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        return (process.ExitCode, output, await error);
    }

#pragma warning disable SYSLIB1054, CA5392 // One call with two numbers; libc comes from the loader's own path.
    [DllImport("libc", SetLastError = true)]
    private static extern int setns(int descriptor, int kind);
#pragma warning restore SYSLIB1054, CA5392
}

/// <summary>What deploy/lab counts.</summary>
/// <param name="Delivered">Packets that reached the high side's interface.</param>
/// <param name="Lost">Datagrams that the lab lost at random.</param>
/// <param name="Returned">Packets of the high side's kernel that were dropped before they left the lane's interface.</param>
/// <param name="ReturnedFrames">Frames that the low side received over the lane.</param>
/// <param name="ReceiveBufferErrors">Datagrams that found no room in a socket's buffer.</param>
internal sealed record DiodeCounts(long Delivered, long Lost, long Returned, long ReturnedFrames, long ReceiveBufferErrors);
