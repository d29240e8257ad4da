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
        var flush = new StageFlush(stage, durable => catalog.SetStagedAsync(transferId, durable, CancellationToken.None));
        try
        {
            refusal = await AppendAsync(stage, flush, stream, pace);
        }
        finally
        {
            // Whatever ended the call: a client that broke off goes on from here.
            await flush.FinishAsync();
        }

        return refusal is not null ? refusal : stage.DurableBytes;
    }

    private static async Task<Refusal?> AppendAsync(StageFile stage, StageFlush flush, IAsyncStreamReader<UploadTransferRequest> stream, StreamPace pace)
    {
        for (var more = true; more;)
        {
            var part = stream.Current;
            var bytes = part.Data.Length;
            var refused = stage.Append(part.Offset, part.Data.Span);
            UploadWire.Release(part);
            if (refused is not null)
            {
                return refused;
            }

            pace.Count(bytes);
            LowTelemetry.StagedBytes.Add(bytes);
            await flush.AppendedAsync();
            if (!(await pace.MoveNextAsync(stream)).Succeeded(out more, out var stalled))
            {
                return stalled;
            }
        }

        return null;
    }
}
