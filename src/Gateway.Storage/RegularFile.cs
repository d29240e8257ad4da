using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Storage;

/// <summary>
/// Opens files in a directory where others put what they like: a link is not followed, a pipe is not waited for, and a device is not read. The runtime tells none of them from a file.
/// </summary>
public static partial class RegularFile
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int EmptyPath = 0x1000;
    private const uint TypeOnly = 1;
    private const int TypeMask = 0xF000;
    private const int RegularType = 0x8000;

    // O_NOFOLLOW is one of the few flags whose value differs between processor architectures.
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Opens a file to read it; null where there is none, it may not be read, or it is anything but a regular file.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        var descriptor = Open(path, CloseOnExec | NonBlocking | NoFollow);
        if (descriptor < 0)
        {
            return null;
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Statx(descriptor, string.Empty, EmptyPath, TypeOnly, out var status) == 0 && (status.Mode & TypeMask) == RegularType)
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, out StatxBuffer buffer);

    // The kernel fixes the layout of struct statx for every architecture (statx(2)).
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxBuffer
    {
        [FieldOffset(28)]
        public ushort Mode;
    }
}
