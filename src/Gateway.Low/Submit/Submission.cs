using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Protocol.Low.V1;
using Gateway.Storage.Low;
using Grpc.Core;

namespace Gateway.Low.Submit;

/// <summary>Takes the signed manifest of an uploaded artifact.</summary>
internal sealed class Submission(LowCatalog catalog, LowDocuments documents, TransferLocks locks, TrustRoot root) : IDisposable
{
    /// <summary>Most bytes of a manifest's envelope: a payload of 64 MiB in base64 with its signatures.</summary>
    public const int MaximumEnvelopeBytes = 96 << 20;

    /// <summary>Manifests held in memory at a time, each with its payload and files: the largest fit in 300 MiB only one after the other.</summary>
    private readonly SemaphoreSlim parsing = new(1, 1);

    /// <summary>
    /// Reads the parts, verifies the manifest and accepts it. The same manifest again is no error. Refuses with
    /// <see cref="RefusalCode.SignerNotCaller"/>, <see cref="RefusalCode.UploadIncomplete"/>, <see cref="RefusalCode.StateWrong"/>, or as
    /// <see cref="Submitted.Open"/> does; the transfer then stays as it was, so that a corrected manifest can follow.
    /// </summary>
    public async Task<Outcome<TransferRecord>> SubmitAsync(
        string transferId, Caller caller, IAsyncStreamReader<SubmitTransferRequest> stream, StreamPace pace, CancellationToken cancellation)
    {
        using var hold = await locks.TakeAsync(transferId, cancellation);
        pace.GiveWay(hold.Cancellation);
        await using var draft = documents.CreateDraft(transferId);
        if (await ReceiveAsync(stream, pace, draft, cancellation) is { } refusal)
        {
            return refusal;
        }

        await parsing.WaitAsync(cancellation);
        try
        {
            var envelope = new byte[draft.Length];
            draft.Position = 0;
            await draft.ReadExactlyAsync(envelope, cancellation);
            return await AcceptAsync(transferId, caller, envelope, cancellation);
        }
        finally
        {
            parsing.Release();
        }
    }

    /// <summary>Reads an accepted manifest back and verifies it again. Refuses as <see cref="Submitted.Open"/> does.</summary>
    public async Task<Outcome<Submitted>> ReopenAsync(TransferRecord transfer, CancellationToken cancellation) =>
        Submitted.Open(transfer, await documents.ReadAsync(transfer.Id, LowDocument.Manifest, cancellation), root);

    private async Task<Outcome<TransferRecord>> AcceptAsync(string transferId, Caller caller, ReadOnlyMemory<byte> envelope, CancellationToken cancellation)
    {
        if (!(await catalog.FindAsync(transferId, cancellation)).Succeeded(out var transfer, out var refusal)
            || !Submitted.Open(transfer, envelope, root).Succeeded(out var submitted, out refusal))
        {
            return refusal;
        }

        if (submitted.Manifest.Submitter.Identity != caller.Identity)
        {
            return new Refusal(RefusalCode.SignerNotCaller, $"signed by {submitted.Manifest.Submitter.Identity}, called by {caller.Identity}");
        }

        if (transfer.Manifest is not null)
        {
            return transfer;
        }

        if (transfer.StagedBytes != transfer.TotalBytes)
        {
            return new Refusal(RefusalCode.UploadIncomplete, $"{transfer.StagedBytes} of {transfer.TotalBytes} bytes");
        }

        documents.Write(transferId, LowDocument.Manifest, envelope.Span);
        return await catalog.SubmitAsync(transferId, submitted.Manifest.Digest, caller.Id, cancellation);
    }

    public void Dispose() => parsing.Dispose();

    private static async Task<Refusal?> ReceiveAsync(
        IAsyncStreamReader<SubmitTransferRequest> stream, StreamPace pace, FileStream draft, CancellationToken cancellation)
    {
        for (var more = true; more;)
        {
            var part = stream.Current.ManifestEnvelope;
            if (draft.Length + part.Length > MaximumEnvelopeBytes)
            {
                return new Refusal(RefusalCode.TooLarge, $"manifest_envelope: at most {MaximumEnvelopeBytes} bytes");
            }

            await draft.WriteAsync(part.Memory, cancellation);
            pace.Count(part.Length);
            if (!(await pace.MoveNextAsync(stream)).Succeeded(out more, out var stalled))
            {
                return stalled;
            }
        }

        return null;
    }
}
