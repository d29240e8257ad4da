using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Low.Inspect;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Low.Inspect;

public sealed class SecondOpinionTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Clamd_scans_what_it_can_take_and_what_it_cannot_is_counted()
    {
        using var clamd = new RunningClamd();
        var outcome = await AskAsync(clamd.SocketFile, ("a.txt", "good"), ("b.txt", ""), ("c.txt", new string('x', RunningClamd.StreamMaximumBytes + 1)), ("d.csv", "a,b\n"));
        Assert.True(outcome.Succeeded(out var opinion, out var refusal), refusal?.ToString());
        Assert.StartsWith("ClamAV ", opinion.Engine, StringComparison.Ordinal);
        // A database of one hand-made signature does not say when it was made.
        Assert.Equal(opinion with { SignatureAgeDays = null, ScannedFiles = 3, UnscannedFiles = 1 }, opinion);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(600_000)]
    public async Task What_clamd_finds_refuses_wherever_it_lies(int before)
    {
        using var clamd = new RunningClamd();
        var refusal = (await AskAsync(clamd.SocketFile, ("a.txt", "good"), ("b.txt", new string(' ', before) + RunningClamd.Marker), ("c.txt", "good"))).Refusal;
        Assert.Equal(RefusalCode.MalwareFound, refusal?.Code);
        Assert.Contains("b.txt: Gateway.Test.Marker", refusal!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_clamd_will_not_take_whole_is_no_clean_file()
    {
        using var clamd = new RunningClamd();
        var refusal = (await AskAsync(clamd.SocketFile, 4 * RunningClamd.StreamMaximumBytes, ("a.txt", new string('x', 2 * RunningClamd.StreamMaximumBytes)))).Refusal;
        Assert.Equal(RefusalCode.ScannerUnavailable, refusal?.Code);
    }

    [Fact]
    public async Task A_scanner_that_is_not_there_refuses() =>
        Assert.Equal(RefusalCode.ScannerUnavailable, (await AskAsync(directory["nothing.ctl"], ("a.txt", "good"))).Refusal?.Code);

    [Theory]
    [InlineData("1: ClamAV 1.4.3/27800/Tue Nov 17 08:52:43 2026\0", "2: stream: OK\0", 2)]
    [InlineData("1: ClamAV 1.4.3/27800/Tue Nov  3 08:52:43 2026\0", "2: stream: OK\0", 16)]
    [InlineData("1: ClamAV 1.4.3/27800/Sat Nov 21 08:52:43 2026\0", "2: stream: OK\0", 0)]
    [InlineData("1: ClamAV 1.4.3\0", "2: stream: OK\0", null)]
    public async Task The_age_of_its_signatures_is_what_it_says(string version, string verdict, int? days)
    {
        Assert.True((await AnsweredAsync(version, verdict)).Succeeded(out var opinion, out var refusal), refusal?.ToString());
        Assert.Equal(new SecondOpinion("ClamAV 1.4.3", days, 1, 0), opinion);
    }

    [Theory]
    [InlineData("1: ClamAV 1.4.3\0", "2: stream: Win.Test FOUND\0", RefusalCode.MalwareFound)]
    [InlineData("1: ClamAV 1.4.3\0", "2: stream: OK", RefusalCode.ScannerUnavailable)]
    [InlineData("1: ClamAV 1.4.3\0", "3: stream: OK\0", RefusalCode.ScannerUnavailable)]
    [InlineData("1: ClamAV 1.4.3\0", "2: INSTREAM size limit exceeded. ERROR\0", RefusalCode.ScannerUnavailable)]
    [InlineData("1: ClamAV 1.4.3\0", "", RefusalCode.ScannerUnavailable)]
    [InlineData("1: UNKNOWN COMMAND", "", RefusalCode.ScannerUnavailable)]
    [InlineData("", "", RefusalCode.ScannerUnavailable)]
    public async Task Whatever_is_not_a_clean_answer_refuses(string version, string verdict, RefusalCode expected) =>
        Assert.Equal(expected, (await AnsweredAsync(version, verdict)).Refusal?.Code);

    [Fact]
    public async Task A_scanner_that_says_nothing_is_given_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asking = AskAsync(listener.LocalEndpoint.ToString()!, ("a.txt", "good"));
        using var silent = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(RefusalCode.ScannerUnavailable, (await asking).Refusal?.Code);
    }

    /// <summary>A scanner that answers in these words and hangs up.</summary>
    private async Task<Outcome<SecondOpinion>> AnsweredAsync(string version, string verdict)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asking = AskAsync(listener.LocalEndpoint.ToString()!, ("a.txt", "good"));
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await ReadUntilAsync(stream, "zVERSION\0"u8.ToArray());
        await stream.WriteAsync(Encoding.ASCII.GetBytes(version), TestContext.Current.CancellationToken);
        if (verdict.Length > 0)
        {
            await ReadUntilAsync(stream, [.. "good"u8, 0, 0, 0, 0]);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(verdict), TestContext.Current.CancellationToken);
        }

        client.Client.Shutdown(SocketShutdown.Send);
        return await asking;
    }

    private static async Task ReadUntilAsync(NetworkStream stream, byte[] end)
    {
        var read = new List<byte>();
        var one = new byte[1];
        while (!read.TakeLast(end.Length).SequenceEqual(end))
        {
            await stream.ReadExactlyAsync(one, TestContext.Current.CancellationToken);
            read.Add(one[0]);
        }
    }

    private Task<Outcome<SecondOpinion>> AskAsync(string clamd, params (string Path, string Content)[] files) => AskAsync(clamd, RunningClamd.StreamMaximumBytes, files);

    private async Task<Outcome<SecondOpinion>> AskAsync(string clamd, long maximumFileBytes, params (string Path, string Content)[] files)
    {
        var stage = directory.Write("stage", string.Concat(files.Select(f => f.Content)));
        Assert.True(ArtifactName.Parse(ArtifactKind.Dataset, "org/data", "1").Succeeded(out var name, out _));
        Assert.True(Manifest.Create(
            new ManifestHead(name, "", "alice", "to test", "", ""),
            [.. files.Select(f => new ManifestFile(
                Core.Inspection.Inspected.Path(f.Path), f.Content.Length, Digest.Of(Encoding.ASCII.GetBytes(f.Content)), FormatGuess.FromName(f.Path).Name()))]).Succeeded(out var manifest, out var refusal), refusal?.ToString());
        var opinions = new SecondOpinions(new SecondOpinionOptions(clamd, maximumFileBytes), time, NullLogger<SecondOpinions>.Instance);
        return await opinions.AskAsync(stage, manifest, TestContext.Current.CancellationToken);
    }
}
