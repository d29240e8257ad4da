using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.High.Import.Web;

/// <summary>Sends files in larger parts than the framework does, straight into the connection's buffers: readers take checkpoints, and a part costs the same whatever its size.</summary>
internal sealed class FileBody(IHttpResponseBodyFeature body) : IHttpResponseBodyFeature
{
    /// <summary>Bytes of a part: a block of the connections' memory, and four records of TLS.</summary>
    private const int PartBytes = 64 << 10;

    public Stream Stream => body.Stream;

    public PipeWriter Writer => body.Writer;

    public void DisableBuffering() => body.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => body.StartAsync(cancellationToken);

    public Task CompleteAsync() => body.CompleteAsync();

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var left = count ?? (RandomAccess.GetLength(file) - offset);
        while (left > 0)
        {
            var part = body.Writer.GetMemory(PartBytes);
            part = part[..(int)Math.Min(part.Length, left)];
            var read = await RandomAccess.ReadAsync(file, part, offset, cancellationToken);
            if (read == 0)
            {
                throw new IOException($"{path} is shorter than it was.");
            }

            body.Writer.Advance(read);
            (offset, left) = (offset + read, left - read);
            if ((await body.Writer.FlushAsync(cancellationToken)).IsCompleted)
            {
                return;
            }
        }
    }
}
