using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Gateway.High.Import.Web;
using Gateway.Protocol.High.V1;
using Grpc.Core;
using Xunit;

namespace Gateway.Tests.High.Import;

/// <summary>Readers who ask for much and take nothing, or next to nothing: they are cut off, and others are served meanwhile.</summary>
public sealed class SlowReaderTests : IAsyncLifetime
{
    private const int SlowReaders = 50;

    /// <summary>More than the buffers of both systems take.</summary>
    private const int FileBytes = 24 << 20;

    private const string Target = "/datasets/lab/sums/resolve/main/large.txt";

    private ReaderBench bench = null!;
    private string token = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace, maximumArtifactBytes: FileBytes + 1_024);
        var large = string.Concat(Enumerable.Repeat($"{new string('x', 1_023)}\n", FileBytes / 1_024));
        Assert.Null((await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Files = [("README.md", "# Sums\n"), ("large.txt", large)] }))).Refusal);
        token = (await bench.MakeKeyAsync("lab/*")).Token;
    }

    public async ValueTask DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Readers_that_take_nothing_are_cut_off_and_others_served_meanwhile()
    {
        var slow = new List<Asked>();
        try
        {
            for (var i = 0; i < SlowReaders; i++)
            {
                slow.Add(await AskAsync());
            }

            await UntilHeldAsync(SlowReaders);
            Assert.Equal(HttpStatusCode.OK, await ReadmeAsync());
            await UntilGivenBackAsync();
            Assert.Equal(HttpStatusCode.OK, await ReadmeAsync());
        }
        finally
        {
            slow.ForEach(stream => stream.Dispose());
        }
    }

    [Fact]
    public async Task Reader_that_takes_a_byte_a_second_is_cut_off()
    {
        using var stream = await AskAsync();
        var taken = 0;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(90));
        try
        {
            // Below TLS, of which a client takes records whole.
            var one = new byte[1];
            while (await stream.Socket.ReceiveAsync(one, SocketFlags.None, deadline.Token) == 1)
            {
                taken++;
                bench.High.Time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        }
        catch (SocketException)
        {
            // Cut off with what lay in the buffers.
        }

        Assert.InRange(taken, 1, FileBytes - 1);
    }

    [Fact]
    public async Task Readers_over_streams_of_one_connection_that_take_nothing_are_cut_off()
    {
        using var client = bench.Client(token);
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < SlowReaders; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Target) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            answers.Add(await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation));
        }

        await UntilHeldAsync(SlowReaders);
        Assert.Equal(HttpStatusCode.OK, await ReadmeAsync());
        await UntilGivenBackAsync();
        foreach (var answer in answers)
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => answer.Content.CopyToAsync(Stream.Null, Cancellation));
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Importer_that_takes_nothing_is_cut_off_and_one_that_waits_for_events_is_not()
    {
        using var watching = bench.Connect("cara");
        using var watch = new ImportService.ImportServiceClient(watching).WatchImports(new(), cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        var id = watch.ResponseStream.Current.Import.Name;
        while (watch.ResponseStream.Current.Import.State != Gateway.Protocol.High.V1.Import.Types.State.Published)
        {
            Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        }

        using var channel = bench.Connect("cara");
        using var read = new ImportService.ImportServiceClient(channel).ReadImport(new() { Name = id, Path = "large.txt" }, cancellationToken: Cancellation);
        Assert.True(await read.ResponseStream.MoveNext(Cancellation));
        await UntilHeldAsync(1);
        await UntilGivenBackAsync();
        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await read.ResponseStream.MoveNext(Cancellation))
            {
                // What lay in the client's window.
            }
        });

        var next = watch.ResponseStream.MoveNext(Cancellation);
        await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Name = "lab/other" }), session: 2);
        Assert.True(await next);
    }

    /// <summary>Asks for the large file as a client of HTTP/1.1 does, and takes none of it.</summary>
    private async Task<Asked> AskAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(bench.Address).Port, Cancellation);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
#pragma warning disable CA5359 // Who the server is plays no part here.
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true }, Cancellation);
#pragma warning restore CA5359
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {Target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"), Cancellation);
        return new(socket, stream);
    }

    private sealed record Asked(Socket Socket, SslStream Stream) : IDisposable
    {
        public void Dispose() => Stream.Dispose();
    }

    private async Task<HttpStatusCode> ReadmeAsync()
    {
        using var client = bench.Client(token);
        using var answer = await client.GetAsync(new Uri("/datasets/lab/sums/resolve/main/README.md", UriKind.Relative), Cancellation);
        return answer.StatusCode;
    }

    private async Task UntilHeldAsync(int readers)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(90));
        while (OpenFiles() < readers)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Lets time pass until nobody has the large file open any more.</summary>
    private async Task UntilGivenBackAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(90));
        while (OpenFiles() > 0)
        {
            deadline.Token.ThrowIfCancellationRequested();
            bench.High.Time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }
    }

    // The service is in this process.
    private int OpenFiles() => Directory.EnumerateFiles("/proc/self/fd").Count(handle =>
        new FileInfo(handle).LinkTarget is { } target && target.StartsWith(bench.High.Root, StringComparison.Ordinal) && target.EndsWith("/large.txt", StringComparison.Ordinal));
}
