using System.Globalization;
using Gateway.Core;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Storage;

/// <summary>
/// The staged byte stream of one transfer. Bytes are appended in order; <see cref="DurableBytes"/> of them are on the disk, and only that
/// number is ever acknowledged. One writer; readers may read what was appended.
/// </summary>
public sealed class StageFile : IDisposable
{
    /// <summary>
    /// Bytes after which a flush is due: a broken upload repeats at most this much, and at disk speed a flush of it costs well under a
    /// second.
    /// </summary>
    public const long FlushInterval = 64L << 20;

    /// <summary>errno of a full disk (ENOSPC) and of an exhausted quota (EDQUOT), as .NET gives them on Linux.</summary>
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    private readonly SafeFileHandle file;
    private long flushedTo;
    private bool isDoubtful;

    private StageFile(SafeFileHandle file, long durableBytes, long declaredBytes)
    {
        this.file = file;
        DurableBytes = durableBytes;
        flushedTo = durableBytes;
        Bytes = durableBytes;
        DeclaredBytes = declaredBytes;
    }

    /// <summary>Bytes appended so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes known to be on the disk.</summary>
    public long DurableBytes { get; private set; }

    /// <summary>Bytes that the transfer declared; no more are taken.</summary>
    public long DeclaredBytes { get; }

    /// <summary>True when enough was appended since the last flush began that the next one is worth its cost.</summary>
    public bool FlushDue => Bytes - flushedTo >= FlushInterval;

    /// <summary>
    /// Opens the file, or makes it, and drops what lies behind the durable bytes: after a power cut nobody knows what that is.
    /// Throws <see cref="InvalidDataException"/> where the file is shorter, because then acknowledged bytes are gone.
    /// </summary>
    public static StageFile Open(string path, long durableBytes, long declaredBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(durableBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(durableBytes, declaredBytes);
        var isNew = !File.Exists(path);
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            if (isNew)
            {
                DurableFiles.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            }

            var length = RandomAccess.GetLength(file);
            if (length < durableBytes)
            {
                throw new InvalidDataException($"{path} has {length} bytes; {durableBytes} were acknowledged.");
            }

            if (length > durableBytes)
            {
                RandomAccess.SetLength(file, durableBytes);
            }

            return new StageFile(file, durableBytes, declaredBytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Appends bytes that begin at an offset. Refuses, without taking any, with <see cref="RefusalCode.UploadOffset"/>,
    /// <see cref="RefusalCode.UploadTooLong"/> or <see cref="RefusalCode.StorageFull"/>.
    /// </summary>
    public Refusal? Append(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset != Bytes)
        {
            return new Refusal(
                RefusalCode.UploadOffset, string.Create(CultureInfo.InvariantCulture, $"offset {offset}, staged {Bytes}"));
        }

        if (bytes.Length > DeclaredBytes - Bytes)
        {
            return new Refusal(
                RefusalCode.UploadTooLong, string.Create(CultureInfo.InvariantCulture, $"declared {DeclaredBytes} bytes"));
        }

        try
        {
            RandomAccess.Write(file, bytes, offset);
        }
        catch (IOException e) when (e.HResult is NoSpace or QuotaExceeded)
        {
            return new Refusal(
                RefusalCode.StorageFull, string.Create(CultureInfo.InvariantCulture, $"staged {DurableBytes} bytes are kept"));
        }

        Bytes += bytes.Length;
        return null;
    }

    /// <summary>
    /// Flushes to the disk what was appended before the call, and gives the bytes that may then be acknowledged. One at a time; appending may go on
    /// meanwhile. After one that failed no other is made: the kernel reports lost pages once, and the next flush would call them safe.
    /// </summary>
    public async Task<long> FlushAsync()
    {
        if (isDoubtful)
        {
            throw new IOException("An earlier flush failed; what it should have written is unknown.");
        }

        flushedTo = Bytes;
        isDoubtful = true;
        await Task.Run(() => DurableFiles.Flush(file)).ConfigureAwait(false);
        isDoubtful = false;
        return DurableBytes = flushedTo;
    }

    /// <summary>Reads from an offset; fewer bytes than asked for only at the end.</summary>
    public int Read(long offset, Span<byte> buffer) => RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, Math.Max(0, Bytes - offset))], offset);

    public void Dispose() => file.Dispose();
}
