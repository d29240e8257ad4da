using System.Buffers;
using Gateway.Core;
using Gateway.Core.Manifests;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Low.Inspect;

/// <summary>Reads a staged byte stream file by file, as the manifest cuts it.</summary>
internal sealed class StageReader : IDisposable
{
    /// <summary>Bytes per read: past this size neither reads nor SHA-256 gain.</summary>
    private const int ReadBytes = 256 << 10;

    private readonly SafeFileHandle stage;
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
    private readonly CancellationToken cancellation;
    private long offset;

    public StageReader(string path, CancellationToken cancellation)
    {
        stage = File.OpenHandle(path, options: FileOptions.SequentialScan);
        this.cancellation = cancellation;
    }

    /// <summary>Pushes the next file's bytes. Refuses with <see cref="RefusalCode.SizeMismatch"/> where the stage file ends before.</summary>
    public Refusal? Next(ManifestFile file, Action<ReadOnlySpan<byte>> push)
    {
        var end = checked(offset + file.Bytes);
        while (offset < end)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(stage, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset)), offset);
            if (read == 0)
            {
                return new Refusal(RefusalCode.SizeMismatch, file.Path.Value);
            }

            push(buffer.AsSpan(0, read));
            offset += read;
        }

        return null;
    }

    public void Dispose()
    {
        stage.Dispose();
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
