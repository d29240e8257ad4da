using System.Net;
using System.Net.Sockets;
using Gateway.High.Import.Web;
using Gateway.Protocol.High.V1;
using Xunit;

namespace Gateway.Tests.High.Import;

/// <summary>Readers that only take up room.</summary>
public sealed class ReaderFloodTests : IAsyncLifetime
{
    private ReaderBench bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);

    public async ValueTask DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Ten_thousand_idle_connections_leave_the_service_up_and_its_own_callers_served()
    {
        await bench.High.CarryAsync(Shipment.Of(bench.High));
        var token = (await bench.MakeKeyAsync("lab/*")).Token;
        var address = new Uri(bench.Address);
        var idle = new List<Socket>();
        try
        {
            for (var i = 0; i < 10_000; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                idle.Add(socket);
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, address.Port, Cancellation);
                }
                catch (SocketException)
                {
                    // More than it takes are closed at once, some before they know that they are open.
                }
            }

            using var channel = bench.Connect("cara");
            var list = await new ImportService.ImportServiceClient(channel).ListImportsAsync(new(), cancellationToken: Cancellation);
            Assert.Single(list.Imports);
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }

        // Their places are free again once the service has seen them go.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.OK, await FirstAnswerAsync(token, deadline.Token));
    }

    private async Task<HttpStatusCode> FirstAnswerAsync(string token, CancellationToken deadline)
    {
        while (true)
        {
            using var client = bench.Client(token);
            try
            {
                using var answer = await client.GetAsync("/datasets/lab/sums/resolve/main/README.md", deadline);
                return answer.StatusCode;
            }
            catch (HttpRequestException)
            {
                deadline.ThrowIfCancellationRequested();
            }
        }
    }
}
