using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;

namespace Gateway.LaneBench.Receive;

/// <summary>
/// SHA-256 of a file while it is being written out of order: a thread of its own follows the blocks that are in the file without a gap, in the very pages that they were
/// written to.
/// </summary>
internal sealed class PrefixHash : IDisposable
{
    /// <summary>Bytes of the file that are mapped at a time: large against a fault, small beside the receiver's own memory.</summary>
    private const int WindowBytes = 8 << 20;

    /// <summary>Pause while the next block is still to come: a fraction of what a file of any size takes.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    private readonly string path;
    private readonly long totalBytes;
    private readonly int blockBytes;
    private readonly Func<long, bool> has;
    private readonly Task<byte[]?> digest;
    private readonly ManualResetEventSlim ended = new();
    private long wholeBlocks;

    /// <param name="path">The file.</param>
    /// <param name="totalBytes">Bytes that it will have.</param>
    /// <param name="blockBytes">Bytes of a block.</param>
    /// <param name="has">True where a block is written; asked from another thread, in order, and never again once it was true.</param>
    public PrefixHash(string path, long totalBytes, int blockBytes, Func<long, bool> has)
    {
        (this.path, this.totalBytes, this.blockBytes, this.has) = (path, totalBytes, blockBytes, has);
        digest = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The digest of the whole file; null where a block is missing. No block may be written any more.</summary>
    public async Task<byte[]?> FinishAsync()
    {
        ended.Set();
        return await digest.ConfigureAwait(false);
    }

    public void Dispose() => ended.Dispose();

    private byte[]? Run()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (totalBytes == 0)
        {
            return hash.GetHashAndReset();
        }

        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var mapped = MemoryMappedFile.CreateFromFile(file, null, totalBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        for (long window = 0; window < totalBytes; window += WindowBytes)
        {
            if (!TryAppend(hash, mapped, window, (int)Math.Min(WindowBytes, totalBytes - window)))
            {
                return null;
            }
        }

        return hash.GetHashAndReset();
    }

    private unsafe bool TryAppend(IncrementalHash hash, MemoryMappedFile mapped, long window, int length)
    {
        using var view = mapped.CreateViewAccessor(window, length, MemoryMappedFileAccess.Read);
        byte* bytes = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
        try
        {
            // A view begins at a page, the window where it was asked to.
            bytes += view.PointerOffset;
            for (var at = 0; at < length;)
            {
                var safe = (int)Math.Min(AwaitBytes(window + at) - window, length);
                if (safe <= at)
                {
                    return false;
                }

                // Only bytes that were written are touched: a hole has no page, and on a full disk no room for one.
                hash.AppendData(new ReadOnlySpan<byte>(bytes + at, safe - at));
                at = safe;
            }

            return true;
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    // How far the file is without a gap; no further than the offset where nothing more comes.
    private long AwaitBytes(long offset)
    {
        while (true)
        {
            // What was written before the end was said is seen after it.
            var over = ended.IsSet;
            while (wholeBlocks * blockBytes < totalBytes && has(wholeBlocks))
            {
                wholeBlocks++;
            }

            if (over || wholeBlocks * blockBytes > offset)
            {
                return Math.Min(wholeBlocks * blockBytes, totalBytes);
            }

            ended.Wait(Poll);
        }
    }
}
