using System.Net;
using Gateway.Core;
using Gateway.Hosting.Calls;
using Gateway.Protocol.Low.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Tests.Cli;

/// <summary>A low side on the wire that answers what a test tells it to: broken, slow or hostile as the real one must not be.</summary>
internal sealed class WireLowSide : IAsyncDisposable
{
    private readonly WebApplication app;

    private WireLowSide(WebApplication app, GrpcChannel channel)
    {
        this.app = app;
        Channel = channel;
    }

    internal GrpcChannel Channel { get; }

    internal static async Task<WireLowSide> StartAsync(StagingSide staging, ReviewSide reviews)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddRouting();
        builder.Services.AddGrpc(g => g.MaxReceiveMessageSize = 2 << 20);
        builder.Services.AddSingleton(staging);
        builder.Services.AddSingleton(reviews);
        var app = builder.Build();
        app.MapGrpcService<StagingSide>();
        app.MapGrpcService<ReviewSide>();
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new WireLowSide(app, GrpcChannel.ForAddress(address));
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await app.DisposeAsync();
    }

    /// <summary>Stages what is uploaded, hands out documents, and hangs up where a test says so.</summary>
    internal sealed class StagingSide : TransferService.TransferServiceBase
    {
        internal MemoryStream Staged { get; } = new();

        internal Dictionary<Document, byte[]> Documents { get; } = [];

        /// <summary>Newest first.</summary>
        internal List<Transfer> Transfers { get; } = [];

        /// <summary>Documents of the listed transfers; what is not there is refused.</summary>
        internal Dictionary<(string Transfer, Document Document), byte[]> Listed { get; } = [];

        /// <summary>Offsets of staged bytes at which the connection breaks once each.</summary>
        internal Queue<long> BreakAt { get; } = [];

        /// <summary>Called after each part.</summary>
        internal Action<long> OnStaged { get; set; } = _ => { };

        internal int LargestMessage { get; private set; }

        public override Task<Transfer> GetTransfer(GetTransferRequest request, ServerCallContext context) =>
            Task.FromResult(new Transfer { Name = request.Name, StagedBytes = Staged.Length });

        public override Task<ListTransfersResponse> ListTransfers(ListTransfersRequest request, ServerCallContext context) =>
            Task.FromResult(new ListTransfersResponse { Transfers = { Transfers } });

        public override async Task<UploadTransferResponse> UploadTransfer(IAsyncStreamReader<UploadTransferRequest> requests, ServerCallContext context)
        {
            await foreach (var part in requests.ReadAllAsync(context.CancellationToken))
            {
                if (part.Offset != Staged.Length)
                {
                    throw new RpcException(new Status(StatusCode.FailedPrecondition, $"{part.Offset} does not continue {Staged.Length}"));
                }

                LargestMessage = Math.Max(LargestMessage, part.Data.Length);
                if (BreakAt.TryPeek(out var at) && Staged.Length + part.Data.Length >= at)
                {
                    BreakAt.Dequeue();
                    Staged.Write(part.Data.Span[..(int)(at - Staged.Length)]);
                    throw new RpcException(new Status(StatusCode.Unavailable, "gone"));
                }

                Staged.Write(part.Data.Span);
                OnStaged(Staged.Length);
            }

            return new UploadTransferResponse { StagedBytes = Staged.Length };
        }

        public override async Task ReadDocument(ReadDocumentRequest request, IServerStreamWriter<ReadDocumentResponse> parts, ServerCallContext context) =>
            await parts.WriteAsync(new ReadDocumentResponse { Data = ByteString.CopyFrom(Of(request)) }, context.CancellationToken);

        private byte[] Of(ReadDocumentRequest request) =>
            Transfers.All(t => t.Name != request.Name) ? Documents[request.Document]
            : Listed.TryGetValue((request.Name, request.Document), out var document) ? document
            : throw new Refusal(RefusalCode.StateWrong, request.Name).ToRpcException();
    }

    /// <summary>Shows a transfer for review.</summary>
    internal sealed class ReviewSide : ReviewService.ReviewServiceBase
    {
        internal Transfer Transfer { get; set; } = new();

        public override Task<Protocol.Low.V1.Review> GetReview(GetReviewRequest request, ServerCallContext context) =>
            Task.FromResult(new Protocol.Low.V1.Review { Name = request.Name, Transfer = Transfer });
    }
}
