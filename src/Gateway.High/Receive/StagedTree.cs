using Gateway.Core.Manifests;
using Gateway.Storage;
using Microsoft.Win32.SafeHandles;

namespace Gateway.High.Receive;

/// <summary>One file of a staged tree: its proven path and its size in bytes.</summary>
public readonly record struct StagedFile(string Path, long Bytes);

/// <summary>
/// The files of an artifact as one byte stream: its files one after the other, in the order of the manifest. Bytes go straight into the files that
/// they end up in. A *sealed* file, which nobody may write, has all its bytes, and other versions may share them: what comes for it is dropped. Not safe for concurrent use,
/// except <see cref="Flush"/>.
/// </summary>
public sealed class StagedTree : IDisposable
{
    /// <summary>Most files held open at once. Blocks arrive interleaved within a few MiB, so that few files are written at a time.</summary>
    public const int MaximumOpenFiles = 64;

    /// <summary>Files above which one flush of the file system costs less than a flush of each.</summary>
    public const int FilesPerFlush = 256;

    private readonly StagedFile[] files;
    private readonly long[] starts;
    private readonly Dictionary<int, SafeFileHandle> open = [];
    private readonly Queue<int> opened = new();
    private readonly Lock dirtyGate = new();
    private HashSet<int> dirty = [];

    /// <param name="root">Directory that holds the files; it belongs to this service alone.</param>
    /// <param name="files">Files in the order of the manifest, with paths that have been checked.</param>
    public StagedTree(string root, IReadOnlyList<StagedFile> files)
    {
        Root = root;
        this.files = [.. files];
        starts = new long[this.files.Length];
        for (var i = 0; i < this.files.Length; i++)
        {
            starts[i] = TotalBytes;
            TotalBytes += this.files[i].Bytes;
        }
    }

    /// <summary>The tree of a manifest's files.</summary>
    public static StagedTree Of(string root, Manifest manifest) => new(root, [.. manifest.Files.Select(file => new StagedFile(file.Path.Value, file.Bytes))]);

    /// <summary>True where a file is sealed. Programs that run as root may write it all the same, so that the mode is asked for.</summary>
    public static bool IsSealed(string path) => File.Exists(path) && !File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserWrite);

    /// <summary>Directory that holds the files.</summary>
    public string Root { get; }

    /// <summary>Bytes of the whole stream.</summary>
    public long TotalBytes { get; }

    /// <summary>Writes bytes of the stream to the file or files that they belong to.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, TotalBytes - offset);
        for (var file = FileAt(offset); bytes.Length > 0; file++)
        {
            var inFile = offset - starts[file];
            var count = (int)Math.Min(bytes.Length, files[file].Bytes - inFile);
            if (count > 0)
            {
                if (Open(file) is { } handle)
                {
                    RandomAccess.Write(handle, bytes[..count], inFile);
                    lock (dirtyGate)
                    {
                        dirty.Add(file);
                    }
                }

                offset += count;
                bytes = bytes[count..];
            }
        }
    }

    /// <summary>Makes everything durable that was written before the call. Other threads may go on writing.</summary>
    public void Flush()
    {
        HashSet<int> flushing;
        lock (dirtyGate)
        {
            (flushing, dirty) = (dirty, []);
        }

        if (flushing.Count > FilesPerFlush)
        {
            DurableFiles.FlushFileSystem(Root);
            return;
        }

        // The kernel flushes an inode's pages through any handle of it, also pages that a closed handle wrote.
        foreach (var file in flushing)
        {
            using var handle = File.OpenHandle(PathOf(file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }
    }

    /// <summary>Creates the files that no byte was written to, which are the empty ones, and closes all.</summary>
    public void Complete()
    {
        for (var file = 0; file < files.Length; file++)
        {
            if (files[file].Bytes == 0)
            {
                Create(file)?.Dispose();
            }
        }

        Dispose();
    }

    /// <summary>Closes the open files.</summary>
    public void Dispose()
    {
        foreach (var handle in open.Values)
        {
            handle.Dispose();
        }

        open.Clear();
        opened.Clear();
    }

    private int FileAt(long offset)
    {
        var at = Array.BinarySearch(starts, offset);
        return at >= 0 ? at : ~at - 1;
    }

    private SafeFileHandle? Open(int file)
    {
        if (open.TryGetValue(file, out var handle))
        {
            return handle;
        }

        if (opened.Count == MaximumOpenFiles && open.Remove(opened.Dequeue(), out var oldest))
        {
            oldest.Dispose();
        }

        handle = Create(file);
        if (handle is not null)
        {
            open.Add(file, handle);
            opened.Enqueue(file);
        }

        return handle;
    }

    /// <returns>Null where the file is sealed.</returns>
    private SafeFileHandle? Create(int file)
    {
        var path = PathOf(file);
        if (IsSealed(path))
        {
            return null;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (File.GetUnixFileMode(handle).HasFlag(UnixFileMode.UserWrite))
        {
            return handle;
        }

        // It took the name in between.
        handle.Dispose();
        return null;
    }

    private string PathOf(int file) => Path.Combine(Root, files[file].Path);
}
