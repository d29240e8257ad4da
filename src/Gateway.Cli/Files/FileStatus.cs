using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Cli.Files;

/// <summary>What a directory entry is.</summary>
internal enum FileType
{
    Other = 0,
    Regular = 1,
    Directory = 2,
}

/// <summary>
/// statx(2) of a file, without following links: type, size and the three things that change when somebody writes. The runtime tells
/// neither inode nor a pipe from a file. The kernel fixes the layout of struct statx for every architecture.
/// </summary>
internal readonly partial record struct FileStatus(FileType Type, long Bytes, ulong Inode, long ModifiedSeconds, uint ModifiedNanoseconds)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStatistics = 0x7ff;
    private const int TypeMask = 0xF000;
    private const int RegularType = 0x8000;
    private const int DirectoryType = 0x4000;

    /// <summary>Status of a path; null where there is nothing, or nothing that may be seen.</summary>
    public static FileStatus? Of(string path) =>
        Statx(CurrentDirectory, path, NoFollow, BasicStatistics, out var buffer) == 0 ? From(buffer) : null;

    /// <summary>Status of an open file.</summary>
    public static FileStatus Of(SafeFileHandle handle) =>
        StatxHandle(handle, string.Empty, EmptyPath, BasicStatistics, out var buffer) == 0
            ? From(buffer)
            : throw new IOException($"statx failed with errno {Marshal.GetLastPInvokeError()}");

    private static FileStatus From(in StatxBuffer buffer) => new(
        (buffer.Mode & TypeMask) switch
        {
            RegularType => FileType.Regular,
            DirectoryType => FileType.Directory,
            _ => FileType.Other,
        },
        checked((long)buffer.Size), buffer.Inode, buffer.ModifiedSeconds, buffer.ModifiedNanoseconds);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, out StatxBuffer buffer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatxHandle(SafeFileHandle handle, string path, int flags, uint mask, out StatxBuffer buffer);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxBuffer
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;
    }
}
