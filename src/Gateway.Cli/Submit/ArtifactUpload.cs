using System.Buffers;
using System.Security.Cryptography;
using Gateway.Cli.Files;
using Gateway.Cli.Services;
using Gateway.Core;
using Gateway.Protocol.Low.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Gateway.Cli.Submit;

/// <summary>
/// Uploads the byte stream of an artifact and hashes each file in the same pass, so that the digest is of the bytes that were sent.
/// After a break it asks what is staged, hashes that prefix again without sending it, and goes on.
/// </summary>
internal sealed class ArtifactUpload(
    TransferService.TransferServiceClient service, ArtifactTree tree, string transfer, TimeProvider time, Action<long> progress)
{
    /// <summary>Bytes in one message: many small files in one, and little enough that it is hashed, encrypted and sent from the processor's cache.</summary>
    private const int MessageBytes = 256 << 10;

    private readonly Digest?[] digests = new Digest?[tree.Files.Count];

    /// <summary>Uploads what is not staged yet; the digests of the files, in their order.</summary>
    public async Task<Outcome<IReadOnlyList<Digest>>> RunAsync(long staged, CancellationToken cancel)
    {
        for (var fruitless = 0; ; fruitless++)
        {
            try
            {
                if (await PassAsync(staged, cancel) is { } refusal)
                {
                    return refusal;
                }

                return digests.Select(d => d!.Value).ToArray();
            }
            catch (RpcException e) when (Outage.Is(e) && fruitless < Outage.MaximumAttempts)
            {
                await Outage.PauseAsync(fruitless, time, cancel);
                var now = await StagedAsync(cancel) ?? staged;
                fruitless = now > staged ? -1 : fruitless;
                staged = now;
            }
        }
    }

    private async Task<long?> StagedAsync(CancellationToken cancel)
    {
        try
        {
            return (await service.GetTransferAsync(new GetTransferRequest { Name = transfer }, cancellationToken: cancel)).StagedBytes;
        }
        catch (RpcException e) when (Outage.Is(e))
        {
            return null;
        }
    }

    private async Task<Refusal?> PassAsync(long staged, CancellationToken cancel)
    {
        if (staged == tree.TotalBytes && digests.All(d => d is not null))
        {
            return null;
        }

        using var call = service.UploadTransfer(cancellationToken: cancel);
        await using var stream = new MessageStream(call.RequestStream, transfer, staged, cancel);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            long start = 0;
            for (var i = 0; i < tree.Files.Count; i++)
            {
                var file = tree.Files[i];
                var end = start + file.Status.Bytes;
                if (digests[i] is null || end > staged)
                {
                    var outcome = await ReadAsync(file, start, staged, stream, hash, cancel);
                    if (!outcome.Succeeded(out var digest, out var refusal))
                    {
                        return refusal;
                    }

                    digests[i] = digest;
                }

                start = end;
            }

            await stream.FinishAsync();
        }
        catch (Exception e) when (e is RpcException or IOException)
        {
            // The service hung up: its answer says why, the failed write does not.
        }

        await call.ResponseAsync;
        return null;
    }

    private async Task<Outcome<Digest>> ReadAsync(PlannedFile file, long start, long staged, MessageStream stream, IncrementalHash hash, CancellationToken cancel)
    {
        if (FileStatus.Of(file.FullPath) != file.Status)
        {
            // Removed, perhaps, or a pipe by now, of which nothing should be opened.
            return Changed(file);
        }

        using var content = File.OpenHandle(
            file.FullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        if (FileStatus.Of(content) != file.Status)
        {
            return Changed(file);
        }

        var offset = 0L;
        while (offset < file.Status.Bytes)
        {
            cancel.ThrowIfCancellationRequested();
            var space = await stream.SpaceAsync();
            var wanted = (int)Math.Min(space.Length, file.Status.Bytes - offset);
            // Bytes that are staged already are hashed only, up to where sending begins.
            var unsent = staged - (start + offset);
            wanted = unsent > 0 ? (int)Math.Min(wanted, unsent) : wanted;
            // Not asynchronous, which for a file is a hop to another thread and back: this one has nothing else to do.
            var read = RandomAccess.Read(content, space.Span[..wanted], offset);
            if (read == 0)
            {
                return Changed(file);
            }

            hash.AppendData(space.Span[..read]);
            offset += read;
            if (unsent <= 0)
            {
                stream.Advance(read);
            }

            progress(start + offset);
        }

        return FileStatus.Of(content) == file.Status && FileStatus.Of(file.FullPath) == file.Status
            ? Digest.FromHash(hash.GetHashAndReset())
            : Changed(file);
    }

    private static Refusal Changed(PlannedFile file) => new(RefusalCode.FileChanged, file.Path.Value);

    /// <summary>Two buffers: one is filled and hashed while the other is on its way.</summary>
    private sealed class MessageStream(
        IClientStreamWriter<UploadTransferRequest> writer, string transfer, long offset, CancellationToken cancel) : IAsyncDisposable
    {
        private byte[] filling = ArrayPool<byte>.Shared.Rent(MessageBytes);
        private byte[] flying = ArrayPool<byte>.Shared.Rent(MessageBytes);
        private int filled;
        private bool named;
        private Task inFlight = Task.CompletedTask;

        /// <summary>Room for the next bytes, at least one.</summary>
        public async ValueTask<Memory<byte>> SpaceAsync()
        {
            if (filled == MessageBytes)
            {
                await SendAsync();
            }

            return filling.AsMemory(filled, MessageBytes - filled);
        }

        public void Advance(int bytes) => filled += bytes;

        /// <summary>Sends the rest; an artifact of empty files sends its name only.</summary>
        public async Task FinishAsync()
        {
            if (filled > 0 || !named)
            {
                await SendAsync();
            }

            await inFlight;
            await writer.CompleteAsync();
        }

        public async ValueTask DisposeAsync()
        {
            // A buffer that a write still reads must not go back to the pool.
            await inFlight.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(filling);
            ArrayPool<byte>.Shared.Return(flying);
        }

        private async Task SendAsync()
        {
            await inFlight;
            (filling, flying) = (flying, filling);
            var message = new UploadTransferRequest
            {
                Name = named ? string.Empty : transfer,
                Offset = offset,
                // Not copied: WriteAsync serialises before it completes, and the buffer is not touched until then.
                Data = UnsafeByteOperations.UnsafeWrap(flying.AsMemory(0, filled)),
            };
            named = true;
            offset += filled;
            filled = 0;
            inFlight = writer.WriteAsync(message, cancel);
        }
    }
}
