using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Low.Send;
using Gateway.Protocol.Low.V1;
using Gateway.Storage.Low;
using Google.Protobuf;
using Grpc.Core;

namespace Gateway.Low.Submit;

/// <summary>TransferService: what ML engineers submit, follow and cancel.</summary>
[BindServiceMethod(typeof(TransferBinding), nameof(TransferBinding.Bind))]
internal sealed class TransferEndpoints(
    LowCatalog catalog,
    Creation creation,
    Upload upload,
    Submission submission,
    DocumentReading documents,
    Resending resending,
    Carrying carrying,
    TimeProvider time) : TransferService.TransferServiceBase
{
    private const int DefaultPageSize = 50;

    /// <summary>Most transfers on a page: with their approvals they stay under the client's message limit of 4 MiB.</summary>
    private const int MaximumPageSize = 1000;

    public override async Task<Transfer> CreateTransfer(CreateTransferRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Engineer);
        return (await creation.CreateAsync(request, caller, context.CancellationToken)).OrRefuse().ToMessage();
    }

    public override async Task<UploadTransferResponse> UploadTransfer(IAsyncStreamReader<UploadTransferRequest> stream, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Engineer);
        using var pace = new StreamPace(time, context.CancellationToken);
        var transfer = await FirstAsync(stream, pace, part => part.Name, caller, context.CancellationToken);
        var staged = (await upload.ReceiveAsync(transfer.Id, stream, pace, context.CancellationToken)).OrRefuse();
        return new UploadTransferResponse { StagedBytes = staged };
    }

    public override async Task<Transfer> SubmitTransfer(IAsyncStreamReader<SubmitTransferRequest> stream, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Engineer);
        using var pace = new StreamPace(time, context.CancellationToken);
        var transfer = await FirstAsync(stream, pace, part => part.Name, caller, context.CancellationToken);
        var submitted = (await submission.SubmitAsync(transfer.Id, caller, stream, pace, context.CancellationToken)).OrRefuse();
        if (transfer.State == TransferState.Uploading)
        {
            carrying.Begin(transfer.Id);
        }

        return submitted.ToMessage();
    }

    public override async Task<Transfer> GetTransfer(GetTransferRequest request, ServerCallContext context) =>
        (await FindAsync(request.Name, context.CancellationToken)).ToMessage();

    public override async Task<ListTransfersResponse> ListTransfers(ListTransfersRequest request, ServerCallContext context)
    {
        var list = $"transfers:{(int)request.State}";
        var size = PageSize.Of(request.PageSize, DefaultPageSize, MaximumPageSize).OrRefuse();
        var before = PageToken.Read(list, request.PageToken).OrRefuse();
        TransferState? state = request.State == Transfer.Types.State.Unspecified ? null : (TransferState)request.State;
        var found = await catalog.ListAsync(state, before.Length == 0 ? null : before, size + 1, context.CancellationToken);
        var response = new ListTransfersResponse { Transfers = { found.Take(size).Select(transfer => transfer.ToMessage()) } };
        if (found.Count > size)
        {
            response.NextPageToken = PageToken.After(list, found[size - 1].Id);
        }

        return response;
    }

    public override async Task WatchTransfer(WatchTransferRequest request, IServerStreamWriter<Transfer> stream, ServerCallContext context)
    {
        var id = TransferNames.Parse(request.Name).OrRefuse();
        using var changes = catalog.Changes.Subscribe(id);
        Transfer? shown = null;
        TransferRecord transfer;
        do
        {
            await changes.WaitAsync(context.CancellationToken);
            transfer = (await catalog.FindAsync(id, context.CancellationToken)).OrRefuse();
            var message = transfer.ToMessage();
            if (!message.Equals(shown))
            {
                await stream.WriteAsync(shown = message, context.CancellationToken);
            }
        }
        while (!transfer.State.IsFinal());
    }

    public override async Task<Transfer> CancelTransfer(CancelTransferRequest request, ServerCallContext context)
    {
        var caller = context.Caller();
        var transfer = await OwnAsync(request.Name, caller, context.CancellationToken);
        long? revision = request.Etag.Length == 0 ? null : long.TryParse(request.Etag, out var known) ? known : -1;
        var cancelled = (await catalog.CancelAsync(transfer.Id, revision, caller.Id, context.CancellationToken)).OrRefuse();
        await carrying.EndAsync(transfer.Id);
        return cancelled.ToMessage();
    }

    public override async Task<Transfer> ResendTransfer(ResendTransferRequest request, ServerCallContext context)
    {
        var caller = context.Caller();
        var transfer = await OwnAsync(request.Name, caller, context.CancellationToken);
        return (await resending.ResendAsync(transfer, only: null, request.RequestId, caller, context.CancellationToken)).OrRefuse().ToMessage();
    }

    public override async Task ReadDocument(ReadDocumentRequest request, IServerStreamWriter<ReadDocumentResponse> stream, ServerCallContext context)
    {
        var transfer = await FindAsync(request.Name, context.CancellationToken);
        await using var document = (await documents.OpenAsync(transfer, request.Document, context.CancellationToken)).OrRefuse();
        var buffer = new byte[DocumentReading.PartBytes];
        int read;
        while ((read = await document.ReadAsync(buffer, context.CancellationToken)) > 0)
        {
            await stream.WriteAsync(new ReadDocumentResponse { Data = ByteString.CopyFrom(buffer, 0, read) }, context.CancellationToken);
        }
    }

    /// <summary>Reads the first message, which names a transfer of the caller's own.</summary>
    private async Task<TransferRecord> FirstAsync<T>(
        IAsyncStreamReader<T> stream, StreamPace pace, Func<T, string> name, Caller caller, CancellationToken cancellation)
    {
        if (!(await pace.MoveNextAsync(stream)).OrRefuse())
        {
            throw new Refusal(RefusalCode.RequestInvalid, "the stream is empty").ToRpcException();
        }

        var transfer = await FindAsync(name(stream.Current), cancellation);
        return transfer.Submitter == caller.PersonId ? transfer : throw new Refusal(RefusalCode.NotYours, transfer.Id).ToRpcException();
    }

    private async Task<TransferRecord> OwnAsync(string name, Caller caller, CancellationToken cancellation)
    {
        var transfer = await FindAsync(name, cancellation);
        return transfer.Submitter == caller.PersonId || caller.Identity.Has(Role.Admin)
            ? transfer
            : throw new Refusal(RefusalCode.NotYours, transfer.Id).ToRpcException();
    }

    private async Task<TransferRecord> FindAsync(string name, CancellationToken cancellation) =>
        (await catalog.FindAsync(TransferNames.Parse(name).OrRefuse(), cancellation)).OrRefuse();
}
