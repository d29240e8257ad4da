using Gateway.Core;
using Gateway.Protocol.Low.V1;
using Gateway.Storage;
using Gateway.Storage.Low;
using Grpc.Core;

namespace Gateway.Low.Submit;

/// <summary>Takes an artifact's bytes. What it acknowledges is on the disk; what it holds in memory is one message.</summary>
internal sealed class Upload(LowCatalog catalog, Staging staging, TransferLocks locks)
{
    /// <summary>Most bytes in one message, as the protocol says.</summary>
    public const int MaximumPartBytes = 1 << 20;

    /// <summary>
    /// Appends the stream's parts and returns the durable bytes. However the stream ends, what came is flushed and kept. Refuses with
    /// <see cref="RefusalCode.StateWrong"/>, <see cref="RefusalCode.UploadOffset"/>, <see cref="RefusalCode.UploadTooLong"/>,
    /// <see cref="RefusalCode.UploadStalled"/> or <see cref="RefusalCode.StorageFull"/>.
    /// </summary>
    /// <param name="transferId">The transfer; the caller was found to be its submitter.</param>
    /// <param name="stream">The stream, its first message read already.</param>
    /// <param name="pace">Guards the stream.</param>
    /// <param name="cancellation">Ends with the call.</param>
    public async Task<Outcome<long>> ReceiveAsync(
        string transferId, IAsyncStreamReader<UploadTransferRequest> stream, StreamPace pace, CancellationToken cancellation)
    {
        using var activity = LowTelemetry.Activities.StartActivity("upload");
        using var hold = await locks.TakeAsync(transferId, cancellation);
        pace.GiveWay(hold.Cancellation);
        if (!(await catalog.FindAsync(transferId, cancellation)).Succeeded(out var transfer, out var refusal))
        {
            return refusal;
        }

        if (transfer.State != TransferState.Uploading)
        {
            return new Refusal(RefusalCode.StateWrong, transfer.State.Word());
        }

        using var stage = StageFile.Open(staging.PathOf(transferId), transfer.StagedBytes, transfer.TotalBytes);
        try
        {
            refusal = await AppendAsync(transferId, stage, stream, pace);
        }
        finally
        {
            // Not the call's token: a client that broke off goes on from here.
            await FlushAsync(transferId, stage);
        }

        return refusal is not null ? refusal : stage.DurableBytes;
    }

    private async Task<Refusal?> AppendAsync(string transferId, StageFile stage, IAsyncStreamReader<UploadTransferRequest> stream, StreamPace pace)
    {
        for (var more = true; more;)
        {
            var part = stream.Current;
            if (part.Data.Length > MaximumPartBytes)
            {
                return new Refusal(RefusalCode.RequestInvalid, $"data: at most {MaximumPartBytes} bytes in one message");
            }

            if (stage.Append(part.Offset, part.Data.Span) is { } refused)
            {
                return refused;
            }

            pace.Count(part.Data.Length);
            LowTelemetry.StagedBytes.Add(part.Data.Length);
            if (stage.FlushDue)
            {
                await FlushAsync(transferId, stage);
            }

            if (!(await pace.MoveNextAsync(stream)).Succeeded(out more, out var stalled))
            {
                return stalled;
            }
        }

        return null;
    }

    private async Task FlushAsync(string transferId, StageFile stage) =>
        await catalog.SetStagedAsync(transferId, stage.Flush(), CancellationToken.None);
}
