namespace Gateway.Core.Wire;

/// <summary>
/// The memory in which blocks are put together, shared by the sessions of a lane. It never grows beyond its budget; who finds it empty drops a block.
/// Rented by one thread, returned by several.
/// </summary>
/// <param name="budgetBytes">Most bytes, in use and kept for reuse together.</param>
public sealed class BlockMemory(long budgetBytes)
{
    private readonly Lock gate = new();
    private readonly Stack<byte[]> kept = new();
    private long allocated;

    /// <summary>Bytes in use and kept.</summary>
    public long AllocatedBytes
    {
        get
        {
            lock (gate)
            {
                return allocated;
            }
        }
    }

    /// <summary>A buffer of exactly this length, with anything in it; null where the budget is spent.</summary>
    public byte[]? TryRent(int length)
    {
        lock (gate)
        {
            // Sessions of one lane nearly always share a geometry, so one stack of equal buffers is enough.
            while (kept.TryPop(out var buffer))
            {
                if (buffer.Length == length)
                {
                    return buffer;
                }

                allocated -= buffer.Length;
            }

            if (allocated + length > budgetBytes)
            {
                return null;
            }

            allocated += length;
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>Gives a buffer back.</summary>
    public void Return(byte[] buffer)
    {
        lock (gate)
        {
            kept.Push(buffer);
        }
    }
}
