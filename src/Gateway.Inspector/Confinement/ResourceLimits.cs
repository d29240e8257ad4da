namespace Gateway.Inspector.Confinement;

/// <summary>What a worker may use at most (setrlimit(2)); the kernel refuses or ends what goes beyond.</summary>
internal static unsafe class ResourceLimits
{
    private const int CpuSeconds = 0;
    private const int FileBytes = 1;
    private const int DataBytes = 2;
    private const int CoreBytes = 4;
    private const int OpenFiles = 7;

    /// <summary>Files open at a time: those of the runtime, and one that is inspected.</summary>
    private const ulong MostOpenFiles = 128;

    /// <summary>Memory beside the heap of managed objects, in bytes: stacks, code and the runtime's own.</summary>
    private const ulong BesideHeapBytes = 512 << 20;

    /// <summary>Sets them. Throws where the kernel refuses.</summary>
    /// <param name="heapBytes">What the runtime was told to keep managed objects within.</param>
    /// <param name="cpu">Processor time, all threads together.</param>
    public static void Set(ulong heapBytes, TimeSpan cpu)
    {
        Set(CpuSeconds, (ulong)Math.Ceiling(cpu.TotalSeconds));
        Set(FileBytes, 0);
        Set(DataBytes, heapBytes + BesideHeapBytes);
        Set(CoreBytes, 0);
        Set(OpenFiles, MostOpenFiles);
    }

    private static void Set(int resource, ulong most)
    {
        var limit = new Libc.ResourceLimit { Soft = most, Hard = most };
        Libc.Checked(Libc.SetLimit(resource, &limit), "setrlimit");
    }
}
