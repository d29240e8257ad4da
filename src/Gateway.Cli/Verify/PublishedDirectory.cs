using System.Buffers;
using System.Security.Cryptography;
using Gateway.Cli.Files;
using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.Cli.Verify;

/// <summary>Compares a directory with a verified manifest: every file there, none more, each with its size and digest.</summary>
internal static class PublishedDirectory
{
    /// <summary>Bytes read at once: large enough that hashing, not the system call, sets the pace.</summary>
    private const int BufferBytes = 1 << 20;

    private static readonly string[] KnownDocuments =
        [PublishedFiles.Manifest, PublishedFiles.Inspection, PublishedFiles.Release, PublishedFiles.Verdict];

    /// <summary>The first disagreement, or null. The listing is compared before a byte is read.</summary>
    public static async Task<Refusal?> CompareAsync(string directory, Manifest manifest, Action<long> progress, CancellationToken cancel)
    {
        if (CompareListing(directory, manifest, cancel) is { } refusal)
        {
            return refusal;
        }

        long before = 0;
        foreach (var file in manifest.Files)
        {
            var start = before;
            if (await CompareFileAsync(Path.Combine(directory, file.Path.Value), file, read => progress(start + read), cancel) is { } different)
            {
                return different;
            }

            before += file.Bytes;
        }

        return null;
    }

    /// <summary>Size and digest of one file.</summary>
    public static async Task<Refusal?> CompareFileAsync(string path, ManifestFile expected, Action<long> progress, CancellationToken cancel)
    {
        await using var content = new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long total = 0;
            int read;
            while ((read = await content.ReadAsync(buffer, cancel)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                total += read;
                progress(total);
                if (total > expected.Bytes)
                {
                    break;
                }
            }

            return total != expected.Bytes
                ? new Refusal(RefusalCode.SizeMismatch, expected.Path.Value)
                : Digest.FromHash(hash.GetHashAndReset()) != expected.Digest ? new Refusal(RefusalCode.DigestMismatch, expected.Path.Value) : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Refusal? CompareListing(string directory, Manifest manifest, CancellationToken cancel)
    {
        var expected = manifest.Files.ToDictionary(f => f.Path.Value, f => f.Bytes, StringComparer.Ordinal);
        var directories = new Stack<string>([string.Empty]);
        while (directories.TryPop(out var relative))
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var full in Directory.EnumerateFileSystemEntries(Path.Combine(directory, relative)))
            {
                var path = relative.Length == 0 ? Path.GetFileName(full) : $"{relative}/{Path.GetFileName(full)}";
                switch (FileStatus.Of(full))
                {
                    case { Type: FileType.Directory }:
                        directories.Push(path);
                        break;
                    case { Type: FileType.Regular } when IsDocument(path):
                        break;
                    case { Type: FileType.Regular } status when expected.Remove(path, out var bytes):
                        if (status.Bytes != bytes)
                        {
                            return new Refusal(RefusalCode.SizeMismatch, path);
                        }

                        break;
                    case { Type: FileType.Regular }:
                        return new Refusal(RefusalCode.FileExtra, path);
                    default:
                        return new Refusal(RefusalCode.NotRegularFile, path);
                }
            }
        }

        return expected.Count == 0 ? null : new Refusal(RefusalCode.FileMissing, expected.Keys.Min(StringComparer.Ordinal)!);
    }

    private static bool IsDocument(string path) =>
        path == PublishedFiles.Success || path.StartsWith(PublishedFiles.Directory + "/", StringComparison.Ordinal) && KnownDocuments.Contains(path[(PublishedFiles.Directory.Length + 1)..]);
}
