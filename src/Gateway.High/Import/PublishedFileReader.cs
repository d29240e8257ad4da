using System.Buffers;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Publish;
using Microsoft.Win32.SafeHandles;

namespace Gateway.High.Import;

/// <summary>Reads published directories.</summary>
internal sealed class PublishedFileReader(PublishedTree published)
{
    /// <summary>One file of a version. Refuses with <see cref="RefusalCode.FileUnknown"/>.</summary>
    public Outcome<FilePart> Open(ArtifactName artifact, ArtifactPath path)
    {
        var full = Path.Combine(published.DirectoryOf(artifact), path.Value);
        // Documents are read by their kind; a path of an artifact never leads there.
        return File.Exists(full) && !path.Value.StartsWith(PublishedFiles.Directory, StringComparison.Ordinal)
            ? new FilePart(full)
            : new Refusal(RefusalCode.FileUnknown, path.Value);
    }

    /// <summary>One document of a version.</summary>
    public FilePart OpenDocument(ArtifactName artifact, string document) => new(published.DocumentOf(artifact, document));
}

/// <summary>Sends a range of a file in parts of one pooled buffer.</summary>
internal sealed class FilePart(string path) : IDisposable
{
    /// <summary>Bytes of one part: what the protocol promises for documents, and past the knee of throughput for files.</summary>
    private const int PartBytes = 256 << 10;

    private readonly SafeFileHandle file = File.OpenHandle(path, options: FileOptions.SequentialScan);

    /// <summary>Sends bytes from an offset to a limit or the end. <paramref name="send"/> has used up the memory when its task completes.</summary>
    public async Task SendAsync(long offset, long limit, Func<ReadOnlyMemory<byte>, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PartBytes);
        try
        {
            while (limit > 0)
            {
                var count = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(PartBytes, limit)), offset, cancellationToken);
                if (count == 0)
                {
                    return;
                }

                await send(buffer.AsMemory(0, count), cancellationToken);
                offset += count;
                limit -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => file.Dispose();
}
