using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Gateway.Tests.Low.Inspect;

/// <summary>A real clamd on a Unix socket of its own, with one signature of ours.</summary>
internal sealed class RunningClamd : IDisposable
{
    /// <summary>What the signature finds.</summary>
    public const string Marker = "gateway-test-marker-7f3a91c2";

    /// <summary>Files above this are not taken.</summary>
    public const int StreamMaximumBytes = 1 << 20;

    private const string Program = "/usr/sbin/clamd";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory directory = new();
    private readonly Process process;

    public RunningClamd()
    {
        Assert.SkipUnless(File.Exists(Program), "clamd is not installed (Debian: clamav-daemon)");
        Directory.CreateDirectory(directory["database"]);
        // Extended signature (ClamAV, "Body-based signature format"): name, any kind of file, any offset, bytes in hex.
        File.WriteAllText(Path.Combine(directory["database"], "gateway.ndb"), $"Gateway.Test.Marker:0:*:{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(Marker))}\n");
        var configuration = directory.Write(
            "clamd.conf",
            $"Foreground yes\nLocalSocket {SocketFile}\nDatabaseDirectory {directory["database"]}\nTemporaryDirectory {directory.Path}\nStreamMaxLength {StreamMaximumBytes}\n");
        process = Process.Start(new ProcessStartInfo(Program, ["--config-file", configuration]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Assert.True(SpinWait.SpinUntil(() => Listens() || process.HasExited, StartTimeout) && !process.HasExited, "clamd did not start");
    }

    public string SocketFile => directory["clamd.ctl"];

    /// <summary>The socket's file is there from bind(2) on, and takes nobody before listen(2).</summary>
    private bool Listens()
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            client.Connect(new UnixDomainSocketEndPoint(SocketFile));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        directory.Dispose();
    }
}
