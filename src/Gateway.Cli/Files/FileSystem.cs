using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Cli.Files;

/// <summary>Makes what was written durable.</summary>
internal static partial class FileSystem
{
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

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFileSystem(SafeFileHandle handle);
}
