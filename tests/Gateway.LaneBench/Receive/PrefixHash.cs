using System.Security.Cryptography;

namespace Gateway.LaneBench.Receive;

/// <summary>
/// SHA-256 of a file while it is being written out of order: a thread of its own reads behind the blocks that are on the disk without a gap, while their pages are still
/// in memory.
/// </summary>
internal sealed class PrefixHash : IDisposable
{
    /// <summary>Bytes of one read: large against a system call, small against the processor's cache.</summary>
    private const int ReadBytes = 256 << 10;

    /// <summary>Pause while the next block is still to come: a fraction of what a file of any size takes.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    private readonly string path;
    private readonly long totalBytes;
    private readonly int blockBytes;
    private readonly Func<long, bool> has;
    private readonly Task<byte[]?> digest;
    private readonly ManualResetEventSlim ended = new();

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
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        var buffer = GC.AllocateUninitializedArray<byte>(ReadBytes);
        var (block, at) = (0L, 0L);
        while (at < totalBytes)
        {
            // What was written before the end was said is seen after it.
            var over = ended.IsSet;
            var from = block;
            while (block * blockBytes < totalBytes && has(block))
            {
                block++;
            }

            if (block == from)
            {
                if (over)
                {
                    return null;
                }

                ended.Wait(Poll);
            }

            for (var safe = Math.Min(block * blockBytes, totalBytes); at < safe;)
            {
                var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, safe - at)), at);
                if (read == 0)
                {
                    return null;
                }

                hash.AppendData(buffer, 0, read);
                at += read;
            }
        }

        return hash.GetHashAndReset();
    }
}
