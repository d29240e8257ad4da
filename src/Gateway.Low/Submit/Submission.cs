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

    /// <summary>Envelopes held in memory at a time, each with its payload and files: two of the largest stay under 300 MiB only one after the other.</summary>
    private readonly SemaphoreSlim reading = new(1, 1);

    /// <summary>
    /// Reads the parts, verifies the manifest and accepts it. The same manifest again is no error. Refuses with
    /// <see cref="RefusalCode.SignerNotCaller"/>, <see cref="RefusalCode.UploadIncomplete"/>, <see cref="RefusalCode.StateWrong"/>, or as
    /// <see cref="Submitted.Open"/> does; the transfer then stays as it was, so that a corrected manifest can follow.
    /// </summary>
    public async Task<Outcome<TransferRecord>> SubmitAsync(
        string transferId, Caller caller, IAsyncStreamReader<SubmitTransferRequest> stream, StreamPace pace, CancellationToken cancellation)
    {
        await reading.WaitAsync(cancellation);
        try
        {
            return (await ReadAsync(stream, pace)).Succeeded(out var envelope, out var refusal)
                ? await AcceptAsync(transferId, caller, envelope, cancellation)
                : refusal;
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>Reads an accepted manifest back and verifies it again. Refuses as <see cref="Submitted.Open"/> does.</summary>
    public async Task<Outcome<Submitted>> ReopenAsync(TransferRecord transfer, CancellationToken cancellation) =>
        Submitted.Open(transfer, await documents.ReadAsync(transfer.Id, LowDocument.Manifest, cancellation), root);

    private async Task<Outcome<TransferRecord>> AcceptAsync(string transferId, Caller caller, ReadOnlyMemory<byte> envelope, CancellationToken cancellation)
    {
        using var hold = await locks.TakeAsync(transferId, cancellation);
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

    public void Dispose() => reading.Dispose();

    private static async Task<Outcome<ReadOnlyMemory<byte>>> ReadAsync(IAsyncStreamReader<SubmitTransferRequest> stream, StreamPace pace)
    {
        using var bytes = new MemoryStream();
        for (var more = true; more;)
        {
            var part = stream.Current.ManifestEnvelope;
            if (bytes.Length + part.Length > MaximumEnvelopeBytes)
            {
                return new Refusal(RefusalCode.TooLarge, $"manifest_envelope: at most {MaximumEnvelopeBytes} bytes");
            }

            bytes.Write(part.Span);
            pace.Count(part.Length);
            if (!(await pace.MoveNextAsync(stream)).Succeeded(out more, out var stalled))
            {
                return stalled;
            }
        }

        return (ReadOnlyMemory<byte>)bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
