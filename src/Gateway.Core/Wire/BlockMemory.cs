namespace Gateway.Core.Wire;

/// <summary>
/// The memory in which blocks are put together, shared by the sessions of a lane. It never grows beyond its budget. Where it is spent, the block that was begun longest
/// ago and is still not whole makes room; blocks that wait for the disk do not. Rented and reserved by one thread, returned by several.
/// </summary>
/// <param name="budgetBytes">Most bytes, in use, reserved and kept for reuse together.</param>
/// <param name="within">A larger budget that bytes reserved here are taken from too.</param>
public sealed class BlockMemory(long budgetBytes, BlockMemory? within = null)
{
    /// <summary>Bytes that large blocks are allocated by: several large pages, and a small part of any lane's memory.</summary>
    private const int SlabBytes = 16 << 20;

    /// <summary>Shortest block that is allocated with others: below it, blocks are few or their stream is short.</summary>
    private const int LeastInSlab = 64 << 10;

    private readonly Lock gate = new();
    private readonly Stack<BlockBuffer> kept = new();
    private readonly List<BlockAssembler> assemblers = [];
    private long allocated;
    private long begun;

    /// <summary>Most bytes.</summary>
    public long BudgetBytes => budgetBytes;

    /// <summary>Bytes in use, reserved and kept.</summary>
    public long AllocatedBytes => Volatile.Read(ref allocated);

    /// <summary>Bytes that a block costs: its own, and what is known of it.</summary>
    public static long CostOf(int blockBytes) => blockBytes + BlockBuffer.OverheadBytes;

    /// <summary>Takes bytes out of the budget that are allocated elsewhere; false where they are not to be had. Unfinished blocks do not make room.</summary>
    public bool TryReserve(long bytes)
    {
        lock (gate)
        {
            while (allocated + bytes > budgetBytes && kept.TryPop(out var buffer))
            {
                Discard(buffer);
            }

            var fits = allocated + bytes <= budgetBytes && within?.TryReserve(bytes) != false;
            Volatile.Write(ref allocated, allocated + (fits ? bytes : 0));
            return fits;
        }
    }

    /// <summary>Gives reserved bytes back. From any thread.</summary>
    public void Free(long bytes)
    {
        within?.Free(bytes);
        lock (gate)
        {
            Volatile.Write(ref allocated, allocated - bytes);
        }
    }

    /// <summary>A number for a block that is begun; it orders blocks by age.</summary>
    internal long NextAge() => begun++;

    /// <summary>A buffer of exactly this length, with anything in it; null where the budget is spent.</summary>
    internal BlockBuffer? TryRent(int length)
    {
        lock (gate)
        {
            // Sessions of one lane nearly always share a geometry, so one stack of equal buffers is enough.
            while (kept.TryPop(out var buffer))
            {
                if (buffer.Bytes.Count == length)
                {
                    return buffer;
                }

                Discard(buffer);
            }

            return TryAllocate(length);
        }
    }

    /// <summary>Gives a buffer back. From any thread.</summary>
    internal void Return(BlockBuffer buffer)
    {
        lock (gate)
        {
            kept.Push(buffer);
        }
    }

    /// <summary>Counts an assembler among those whose blocks may have to make room.</summary>
    internal void Join(BlockAssembler assembler) => assemblers.Add(assembler);

    /// <summary>The assembler has no unfinished blocks any more.</summary>
    internal void Leave(BlockAssembler assembler) => assemblers.Remove(assembler);

    /// <summary>Gives up the unfinished block that was begun longest ago; false where there is none.</summary>
    internal bool MakeRoom()
    {
        BlockAssembler? oldest = null;
        foreach (var assembler in assemblers)
        {
            oldest = oldest is null || assembler.OldestAge < oldest.OldestAge ? assembler : oldest;
        }

        oldest?.GiveUpOldest();
        return oldest is not null;
    }

    private BlockBuffer? TryAllocate(int length)
    {
        var blocks = (int)Math.Min(length < LeastInSlab ? 1 : Math.Max(1, SlabBytes / length), (budgetBytes - allocated) / CostOf(length));
        if (blocks == 0)
        {
            return null;
        }

        Volatile.Write(ref allocated, allocated + blocks * CostOf(length));
        var slab = new BlockSlab(blocks, blocks == 1 ? GC.AllocateUninitializedArray<byte>(length) : LargePages.AllocatePinned(blocks * length));
        for (var block = 1; block < blocks; block++)
        {
            kept.Push(new(slab, new(slab.Bytes, block * length, length), this));
        }

        return new(slab, new(slab.Bytes, 0, length), this);
    }

    // The memory of a slab is free when the last of its blocks is.
    private void Discard(BlockBuffer buffer)
    {
        if (--buffer.Slab.Blocks == 0)
        {
            Volatile.Write(ref allocated, allocated - buffer.Slab.Bytes.Length / buffer.Bytes.Count * CostOf(buffer.Bytes.Count));
        }
    }
}

/// <summary>Memory of several blocks of one length.</summary>
internal sealed class BlockSlab(int blocks, byte[] bytes)
{
    /// <summary>Blocks that are not discarded. Guarded by the memory that it belongs to.</summary>
    public int Blocks = blocks;

    public readonly byte[] Bytes = bytes;
}

/// <summary>Memory of one block, and what is known of it while it is put together.</summary>
internal sealed class BlockBuffer(BlockSlab slab, ArraySegment<byte> bytes, BlockMemory memory)
{
    /// <summary>Bytes of this object, of the head of its array and of the places where it is listed.</summary>
    public const int OverheadBytes = 256;

    public readonly BlockSlab Slab = slab;
    public readonly ArraySegment<byte> Bytes = bytes;
    public readonly BlockMemory Memory = memory;
    public SymbolSet Present;
    public long Number;
    public int DataSymbols;

    /// <summary>Bytes of packed content; 0 where the block is not packed.</summary>
    public int PackedBytes;

    /// <summary>When it was begun, among all blocks of the memory; see <see cref="BlockMemory.NextAge"/>.</summary>
    public long Age;

    /// <summary>Blocks that its assembler had begun before.</summary>
    public long Begun;

    /// <summary>Symbols that the assembler had taken when one came for this block last.</summary>
    public long Touched;

    // The unfinished blocks of an assembler, oldest first.
    public BlockBuffer? Older;
    public BlockBuffer? Newer;
}
