using System.Buffers;
using System.Security.Cryptography;
using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.High.Scrubbing;

/// <summary>Hashes stored files against their manifest, in bounded memory and at a bounded rate.</summary>
internal static class FileHash
{
    /// <summary>Bytes per read: past this size neither reads nor SHA-256 gain.</summary>
    private const int ReadBytes = 256 << 10;

    /// <summary>ENFILE and EMFILE.</summary>
    private const int NoHandlesOnMachine = 23;
    private const int NoHandlesOfProcess = 24;

    /// <summary>
    /// True where the file is there and has exactly the bytes that the manifest says. What cannot be read is not sound. Throws <see cref="IOException"/> where this
    /// process lacks the handles to look, which says nothing of the file.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="file">What the manifest says.</param>
    /// <param name="pace">Called with the bytes of each read; waits where they came too fast.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<bool> IsSoundAsync(string path, ManifestFile file, Func<int, CancellationToken, ValueTask> pace, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            using var stored = File.OpenHandle(path, options: FileOptions.SequentialScan);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            if (RandomAccess.GetLength(stored) != file.Bytes)
            {
                return false;
            }

            for (var offset = 0L; offset < file.Bytes;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = RandomAccess.Read(stored, buffer.AsSpan(0, (int)Math.Min(ReadBytes, file.Bytes - offset)), offset);
                if (count == 0)
                {
                    return false;
                }

                hash.AppendData(buffer.AsSpan(0, count));
                HighTelemetry.ScrubbedBytes.Add(count);
                offset += count;
                await pace(count, cancellationToken).ConfigureAwait(false);
            }

            return Digest.FromHash(hash.GetHashAndReset()) == file.Digest;
        }
        catch (Exception e) when (e is IOException { HResult: not (NoHandlesOnMachine or NoHandlesOfProcess) } or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>As above, as fast as the disk is.</summary>
    public static Task<bool> IsSoundAsync(string path, ManifestFile file, CancellationToken cancellationToken) =>
        IsSoundAsync(path, file, (_, _) => ValueTask.CompletedTask, cancellationToken);
}
