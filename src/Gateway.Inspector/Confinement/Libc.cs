using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Gateway.Inspector.Confinement;

/// <summary>The calls by which a process gives rights up, and those that it needs for that. Constants are those of Linux on every processor, but for numbers of system calls.</summary>
internal static unsafe partial class Libc
{
    /// <summary>open(2): a place, not its content; closed by execve(2).</summary>
    public const int PathOnly = 0x200000;
    public const int CloseOnExecute = 0x80000;

    /// <summary>prctl(2): neither this process nor what it executes gains rights by executing a file.</summary>
    public const int SetNoNewPrivileges = 38;

    /// <summary>Throws with the name of the call and the kernel's reason where the result says that it failed.</summary>
    public static long Checked(long result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial long Call(long number, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetLimit(int resource, ResourceLimit* limit);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    public static partial int SetCapabilities(CapabilityHeader* header, CapabilitySet* sets);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    public static partial int Execute(byte* path, byte** arguments, byte** environment);

    /// <summary>struct rlimit, setrlimit(2).</summary>
    public struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    /// <summary>struct __user_cap_header_struct, capset(2).</summary>
    public struct CapabilityHeader
    {
        public uint Version;
        public int Process;
    }

    /// <summary>struct __user_cap_data_struct, capset(2); version 3 has two of them.</summary>
    public struct CapabilitySet
    {
        public uint Effective;
        public uint Permitted;
        public uint Inheritable;
    }
}
