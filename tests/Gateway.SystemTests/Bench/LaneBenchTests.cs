using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Gateway.Core.Wire;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Bench;

/// <summary>lane-bench as people use it to commission a diode: what crosses, and what it keeps away from.</summary>
public sealed class LaneBenchTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("lane-bench-").FullName;
    private readonly int port = HighSite.FreePort(SocketType.Dgram);

    private static string Program => Path.Combine(Product.Root, "artifacts", "bin", "Gateway.LaneBench", new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Name, "lane-bench");

    private string Inbox => Path.Combine(directory, "inbox");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task File_crosses_under_a_name_of_the_receivers_own(bool keyed)
    {
        var file = Path.Combine(directory, "secret name.bin");
        var content = RandomNumberGenerator.GetBytes(5_000_001);
        await File.WriteAllBytesAsync(file, content);
        string[] key = keyed ? ["--key", WriteKey()] : [];
        await using var receiver = RunningProgram.Start(Program, ["receive", "--listen", $"127.0.0.1:{port}", "--dir", Inbox, "--once", .. key]);
        await BoundAsync(receiver);

        await using var sender = RunningProgram.Start(Program, ["send", "--to", $"127.0.0.1:{port}", "--mtu", "1500", "--rate", "200M", "--loss-target", "2%/1ms", .. key, file]);
        Assert.True(await sender.ExitAsync(HighSite.Patience) == 0, sender.Output);
        Assert.True(await receiver.ExitAsync(HighSite.Patience) == 0, receiver.Output);

        var received = JsonDocument.Parse(receiver.StandardOutput).RootElement;
        Assert.True(received.GetProperty("whole").GetBoolean());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), received.GetProperty("sha256").GetString());
        var arrived = Assert.Single(Directory.EnumerateFiles(Inbox));
        Assert.Equal("lane-bench-000001.bin", Path.GetFileName(arrived));
        Assert.Equal(arrived, received.GetProperty("file").GetString());
        Assert.Equal(content, await File.ReadAllBytesAsync(arrived));
        Assert.Equal(content.Length, JsonDocument.Parse(sender.StandardOutput).RootElement.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task Sender_that_starts_again_with_a_key_is_not_taken_for_a_replay()
    {
        var file = Path.Combine(directory, "file");
        await File.WriteAllBytesAsync(file, RandomNumberGenerator.GetBytes(100_000));
        var key = WriteKey();
        for (var run = 1; run <= 2; run++)
        {
            await using var receiver = RunningProgram.Start(Program, "receive", "--listen", $"127.0.0.1:{port}", "--dir", Inbox, "--once", "--key", key);
            await BoundAsync(receiver);
            await using var sender = RunningProgram.Start(Program, "send", "--to", $"127.0.0.1:{port}", "--mtu", "1500", "--rate", "200M", "--key", key, file);
            Assert.True(await sender.ExitAsync(HighSite.Patience) == 0, sender.Output);
            Assert.True(await receiver.ExitAsync(HighSite.Patience) == 0, receiver.Output);
            Assert.Equal($"{run}\n", await File.ReadAllTextAsync(key + ".sent-epoch"));
        }

        Assert.Equal(2, Directory.EnumerateFiles(Inbox).Count());
    }

    [Theory]
    [InlineData("--to", "diode:9000", "no address and port")]
    [InlineData("--rate", "fast", "no rate")]
    [InlineData("--rate", "0.1M", "no rate")]
    [InlineData("--loss-target", "lots", "no loss")]
    [InlineData("--loss-target", "5%/20s", "no loss")]
    [InlineData("--colour", "red", "--colour")]
    public async Task Wrong_arguments_are_wrong_usage(string option, string value, string says)
    {
        Dictionary<string, string> options = new() { ["--to"] = $"127.0.0.1:{port}", ["--mtu"] = "1500", ["--rate"] = "1G", [option] = value };
        await using var sender = RunningProgram.Start(Program, ["send", .. options.SelectMany(o => new[] { o.Key, o.Value }), "/dev/null"]);
        Assert.Equal(2, await sender.ExitAsync(HighSite.Patience));
        Assert.Contains(says, sender.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("storage")]
    [InlineData("storage/staging/inbox")]
    [InlineData("beside")]
    [InlineData("")]
    [InlineData("link/inbox")]
    public async Task Directory_in_or_beside_configured_storage_is_refused(string where)
    {
        Directory.CreateDirectory(Path.Combine(directory, "storage", "staging"));
        await File.WriteAllTextAsync(Path.Combine(directory, "storage", "lock"), "");
        Directory.CreateSymbolicLink(Path.Combine(directory, "link"), Path.Combine(directory, "storage"));
        await RefusedAsync("--dir", "--listen", $"127.0.0.1:{port}", "--dir", Path.Combine(directory, where));
    }

    [Fact]
    public async Task Storage_that_is_only_configured_and_a_configured_port_are_refused()
    {
        var configuration = Path.Combine(directory, "high.json");
        var lanePort = HighSite.FreePort(SocketType.Dgram);
        await File.WriteAllTextAsync(configuration, JsonSerializer.Serialize(new
        {
            storage = new { root = "elsewhere/storage" },
            lanes = new object[] { new { listen = new[] { $"127.0.0.1:{lanePort}" }, targets = new[] { $"127.0.0.1:{port}" } } },
        }));
        await RefusedAsync("--dir", "--listen", $"127.0.0.1:{port}", "--configuration", configuration, "--dir", Path.Combine(directory, "elsewhere", "inbox"));
        await RefusedAsync("--listen", "--listen", $"127.0.0.1:{lanePort}", "--configuration", configuration, "--dir", Inbox);
        await RefusedAsync("cannot be told", "--listen", $"127.0.0.1:{port}", "--configuration", configuration + ".missing", "--dir", Inbox);

        await using var sender = RunningProgram.Start(Program, "send", "--to", $"127.0.0.1:{port}", "--rate", "1G", "--mtu", "1500", "--configuration", configuration, configuration);
        Assert.Equal(1, await sender.ExitAsync(HighSite.Patience));
        Assert.Contains("where a configured lane goes", sender.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_that_is_taken_and_a_key_that_all_can_read_are_refused()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port));
        await RefusedAsync($"127.0.0.1:{port}", "--listen", $"127.0.0.1:{port}", "--dir", Inbox);

        var key = WriteKey();
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await RefusedAsync("KEY_INVALID", "--listen", $"127.0.0.1:{HighSite.FreePort(SocketType.Dgram)}", "--dir", Inbox, "--key", key);
    }

    private static async Task RefusedAsync(string says, params string[] arguments)
    {
        await using var receiver = RunningProgram.Start(Program, ["receive", .. arguments]);
        Assert.Equal(1, await receiver.ExitAsync(HighSite.Patience));
        Assert.StartsWith("refused: ", receiver.StandardError, StringComparison.Ordinal);
        Assert.Contains(says, receiver.StandardError, StringComparison.Ordinal);
    }

    private string WriteKey()
    {
        var key = Path.Combine(directory, "lane.key");
        File.WriteAllText(key, LaneKey.Generate().ToText());
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return key;
    }

    private async Task BoundAsync(RunningProgram receiver)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(HighSite.Patience);
        while (!(await File.ReadAllTextAsync("/proc/net/udp", deadline.Token)).Contains($":{port:X4} ", StringComparison.Ordinal))
        {
            Assert.False(receiver.HasExited, receiver.Output);
        }
    }
}
