using System.Runtime.InteropServices;

namespace Gateway.Core.Wire;

/// <summary>
/// Memory that datagrams and blocks lie in. A group and the blocks that are put together reach over tens of megabytes a datagram at a time; in pages of 4 KiB nearly every
/// step needs another entry of the translation buffer, in a virtual machine at twice the cost. So the kernel is asked for pages of 2 MiB (transparent huge pages, where
/// <c>/sys/kernel/mm/transparent_hugepage/enabled</c> is <c>madvise</c> or <c>always</c>). It may say no: then it is slower.
/// </summary>
public static unsafe partial class LargePages
{
    private const nint SmallPageBytes = 4096;
    private const int HugePageAdvice = 14;

    /// <summary>An array with anything in it, which never moves and whose pages are large where the kernel lets.</summary>
    public static byte[] AllocatePinned(int bytes)
    {
        var memory = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        fixed (byte* start = memory)
        {
            // Only pages that are this array's alone.
            var first = ((nint)start + SmallPageBytes - 1) & -SmallPageBytes;
            var length = ((nint)start + bytes - first) & -SmallPageBytes;
            if (length > 0)
            {
                _ = Advise((void*)first, (nuint)length, HugePageAdvice);
            }
        }

        return memory;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
