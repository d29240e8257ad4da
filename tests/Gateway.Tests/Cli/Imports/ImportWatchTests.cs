using System.Net;
using Gateway.Cli.Imports;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

#pragma warning disable CA1716 // The folder is named as in src.
namespace Gateway.Tests.Cli.Imports;
#pragma warning restore CA1716

public sealed class ImportWatchTests
{
    [Fact]
    public async Task A_watch_outlives_a_restart_before_its_first_event()
    {
        var high = new RestartedHighSide();
        using var run = new CommandLineRun();

        var end = await Assert.ThrowsAsync<RpcException>(() => WatchAsync(high, run));

        Assert.Equal(StatusCode.PermissionDenied, end.StatusCode);
        Assert.Contains("PUBLISHED org/llm@1.0", run.Out, StringComparison.Ordinal);
        Assert.Contains("connection lost", run.Errors, StringComparison.Ordinal);
        Assert.Equal(["", "", "7"], high.Cursors);
    }

    private static async Task WatchAsync(RestartedHighSide high, CommandLineRun run)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddRouting();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(high);
        await using var app = builder.Build();
        app.MapGrpcService<RestartedHighSide>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var channel = GrpcChannel.ForAddress(address);
        var watch = new ImportWatch(run.Environment, new ImportService.ImportServiceClient(channel), consumer: null, command: [], json: false);
        await watch.RunAsync(string.Empty, TestContext.Current.CancellationToken);
    }

    /// <summary>Goes away while nothing happens, again after an event, and then refuses, which ends the watch.</summary>
    private sealed class RestartedHighSide : ImportService.ImportServiceBase
    {
        internal List<string> Cursors { get; } = [];

        public override async Task WatchImports(WatchImportsRequest request, IServerStreamWriter<ImportEvent> responseStream, ServerCallContext context)
        {
            Cursors.Add(request.Cursor);
            if (Cursors.Count == 3)
            {
                throw new RpcException(new Status(StatusCode.PermissionDenied, "enough"));
            }

            await context.WriteResponseHeadersAsync([]);
            if (Cursors.Count == 2)
            {
                var import = new Import
                {
                    Name = "imports/0190a0b0c0d07000800000000000abcd",
                    Artifact = new Artifact { Kind = ArtifactKind.Checkpoint, Name = "org/llm", Version = "1.0" },
                    State = Import.Types.State.Published,
                };
                await responseStream.WriteAsync(new ImportEvent { Cursor = "7", Import = import }, context.CancellationToken);
            }

            throw new RpcException(new Status(StatusCode.Unavailable, "restarting"));
        }
    }
}
