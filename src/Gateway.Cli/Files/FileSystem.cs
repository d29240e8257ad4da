using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Cli.Files;

/// <summary>Makes what was written durable.</summary>
internal static partial class FileSystem
{
    /// <summary>O_DIRECTORY differs between processors; O_RDONLY alone opens a directory too.</summary>
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// Flushes the whole file system that holds a file (syncfs(2)): one call, where a flush of each of 100,000 small files would take minutes.
    /// </summary>
    public static void Flush(string file)
    {
        using var handle = File.OpenHandle(file);
        if (SyncFileSystem(handle) != 0)
        {
            throw new IOException($"syncfs failed with errno {Marshal.GetLastPInvokeError()}");
        }
    }

    /// <summary>Makes the names in a directory durable.</summary>
    public static void FlushDirectory(string path)
    {
        using var handle = OpenFile(path, ReadOnly | CloseOnExec);
        if (handle.IsInvalid || SyncFile(handle) != 0)
        {
            throw new IOException($"{path} cannot be flushed: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    /// <summary>Gives an entry another name in one step, in the place of what has that name: of a link itself, not of what it leads to.</summary>
    public static void Replace(string from, string to)
    {
        if (RenameFile(from, to) != 0)
        {
            throw new IOException($"{from} cannot be renamed to {to}: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncFile(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameFile(string from, string to);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFileSystem(SafeFileHandle handle);
}
