using System.Runtime.InteropServices;

namespace Gateway.Low.Send;

/// <summary>A part of a message (<c>struct iovec</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public byte* Base;
    public nuint Length;
}

/// <summary>A message in parts (<c>struct msghdr</c> of 64-bit Linux).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public byte* Name;
    public uint NameLength;
    public IoVector* Vectors;
    public nuint VectorCount;
    public void* Control;
    public nuint ControlLength;
    public int Flags;
}

/// <summary>A time (<c>struct timespec</c> of 64-bit Linux).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary>
/// What the low side asks of the kernel that .NET has no call for: sending many datagrams from where they lie, reading a file to many places, and sleeping for less than a
/// millisecond. All blittable; none receives.
/// </summary>
internal static unsafe partial class Libc
{
    public const int InvalidArgument = 22;
    public const int InputOutput = 5;
    public const int MessageTooLong = 90;
    public const int Interrupted = 4;

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint Send(int socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "preadv", SetLastError = true)]
    public static partial nint Read(int file, IoVector* vectors, int count, long offset);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    public static partial int Sleep(TimeSpec* time, TimeSpec* left);
}
