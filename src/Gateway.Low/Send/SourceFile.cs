using System.Runtime.InteropServices;
using Gateway.Core.Wire;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Low.Send;

/// <summary>A file whose bytes are sent: read by the kernel straight to where the symbols leave from. From any thread.</summary>
public sealed unsafe class SourceFile : IDisposable
{
    private readonly SafeFileHandle file;

    /// <param name="path">The file. Throws what opening throws.</param>
    public SourceFile(string path) => file = File.OpenHandle(path, options: FileOptions.SequentialScan);

    /// <summary>Bytes of the file.</summary>
    public long Length => RandomAccess.GetLength(file);

    /// <summary>A <see cref="ReadBytes"/>. Throws <see cref="EndOfStreamException"/> where the file ends before the bytes that are wanted, and <see cref="IOException"/>.</summary>
    public ValueTask ReadAsync(long offset, ScatteredMemory into, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Read(offset, into);
        return ValueTask.CompletedTask;
    }

    public void Dispose() => file.Dispose();

    private void Read(long offset, ScatteredMemory into)
    {
        using var pinned = into.Memory.Pin();
        var vectors = stackalloc IoVector[into.Parts];
        for (var part = 0; part < into.Parts; part++)
        {
            vectors[part] = new() { Base = (byte*)pinned.Pointer + (nint)part * into.Stride, Length = (nuint)into.LengthOf(part) };
        }

        var first = 0;
        for (var left = into.Length; left > 0;)
        {
            var read = (int)Libc.Read((int)file.DangerousGetHandle(), vectors + first, into.Parts - first, offset);
            if (read == 0)
            {
                throw new EndOfStreamException("The bytes end before the artifact does.");
            }

            if (read < 0)
            {
                ThrowUnlessInterrupted(Marshal.GetLastPInvokeError());
                continue;
            }

            (left, offset) = (left - read, offset + read);
            first += Consume(vectors + first, read);
        }
    }

    // A read may stop in the middle of a part.
    private static int Consume(IoVector* vectors, int bytes)
    {
        var whole = 0;
        while (bytes > 0 && vectors[whole].Length <= (nuint)bytes)
        {
            bytes -= (int)vectors[whole++].Length;
        }

        if (bytes > 0)
        {
            vectors[whole].Base += bytes;
            vectors[whole].Length -= (nuint)bytes;
        }

        return whole;
    }

    private static void ThrowUnlessInterrupted(int error)
    {
        if (error != Libc.Interrupted)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }
}
