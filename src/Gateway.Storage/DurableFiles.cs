using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Storage;

/// <summary>
/// File operations that are on the disk when they return. A name is durable only once its directory is flushed, which the base library
/// cannot do; hence the few system calls here.
/// </summary>
public static partial class DurableFiles
{
    /// <summary>errno of a file that has as many names as the file system gives one (EMLINK; 65,000 on ext4), as <see cref="Link"/> throws it.</summary>
    public const int TooManyNames = 31;

    private const int CloseOnExec = 0x80000;

    /// <summary>Flushes a file's bytes and length.</summary>
    public static void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <summary>Flushes the names in a directory.</summary>
    public static void FlushDirectory(string directory)
    {
        // O_RDONLY without O_DIRECTORY, whose value differs between processor architectures.
        var descriptor = Open(directory, CloseOnExec);
        Check(descriptor, "open", directory);
        try
        {
            Check(Fsync(descriptor), "fsync", directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>
    /// Flushes everything on the file system that holds a directory: one wait instead of one for each of many small files. Linux reports write
    /// errors here since 5.8.
    /// </summary>
    public static void FlushFileSystem(string directory)
    {
        var descriptor = Open(directory, CloseOnExec);
        Check(descriptor, "open", directory);
        try
        {
            Check(Syncfs(descriptor), "syncfs", directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Sets who may read, write and enter. The mode is durable once the file or directory is flushed.</summary>
    public static void SetMode(string path, UnixFileMode mode) => File.SetUnixFileMode(path, mode);

    /// <summary>Makes a directory and its missing parents, durably. Does nothing where it exists.</summary>
    public static void CreateDirectory(string directory)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (Directory.Exists(full))
        {
            return;
        }

        var parent = ParentOf(full);
        CreateDirectory(parent);
        Directory.CreateDirectory(full);
        FlushDirectory(parent);
    }

    /// <summary>Where <see cref="Replace"/> writes before the rename; a crash may leave it.</summary>
    public static string DraftOf(string path) => path + ".new";

    /// <summary>Writes a small file so that readers see the old bytes or the new ones, and a crash leaves either.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var draft = DraftOf(path);
        using (var file = File.OpenHandle(draft, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, bytes, 0);
            Flush(file);
        }

        Check(Rename(draft, path), "rename", path);
        FlushDirectory(ParentOf(path));
    }

    /// <summary>Moves a directory or file on one file system in one step. The target must not exist.</summary>
    public static void Move(string from, string to)
    {
        if (Path.Exists(to))
        {
            throw new IOException($"{to} exists.");
        }

        Check(Rename(from, to), "rename", to);
        FlushDirectory(ParentOf(to));
        FlushDirectory(ParentOf(from));
    }

    /// <summary>Points a symbolic link at another target in one step; readers follow the old one or the new one, never none.</summary>
    /// <param name="link">Path of the link; made where it is missing.</param>
    /// <param name="target">Where it points, as stored in the link.</param>
    public static void SwapSymbolicLink(string link, string target)
    {
        // Hidden: a neighbour may be called anything that does not begin with a dot, also <name>.new.
        var draft = Path.Combine(ParentOf(link), $".{Path.GetFileName(link)}.new");
        File.Delete(draft);
        File.CreateSymbolicLink(draft, target);
        Check(Rename(draft, link), "rename", link);
        FlushDirectory(ParentOf(link));
    }

    /// <summary>Gives a file a second name on the same file system (a hard link). Throws where the name is taken. The name is durable once its directory is flushed.</summary>
    public static void Link(string file, string name) => Check(HardLink(file, name), "link", name);

    /// <summary>Removes a file or a link, whatever the link leads to, durably. Does nothing where it is missing.</summary>
    public static void Delete(string path)
    {
        // File.Exists follows a link and says no where its target is gone or a directory.
        if (File.Exists(path) || new FileInfo(path).LinkTarget is not null)
        {
            File.Delete(path);
            FlushDirectory(ParentOf(path));
        }
    }

    /// <summary>Removes a directory with all it holds, durably; links are removed, not followed. Does nothing where it is missing.</summary>
    public static void DeleteTree(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
            FlushDirectory(ParentOf(directory));
        }
    }

    /// <summary>Bytes that this process may still write to the file system that holds a directory.</summary>
    public static long FreeBytes(string directory) => new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;

    private static string ParentOf(string path) =>
        Path.GetDirectoryName(Path.GetFullPath(path)) ?? throw new ArgumentException("The root of the file system has no parent.", nameof(path));

    private static void Check(int result, string call, string path)
    {
        if (result < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new IOException($"{call} {path}: {new Win32Exception(error).Message}", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int Syncfs(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int HardLink(string file, string name);
}
