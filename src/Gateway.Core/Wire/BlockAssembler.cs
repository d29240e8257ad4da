namespace Gateway.Core.Wire;

/// <summary>What became of a symbol.</summary>
public enum SymbolFate
{
    /// <summary>It counts toward its block.</summary>
    Used,

    /// <summary>Its block is done without it.</summary>
    Surplus,

    /// <summary>It was there already.</summary>
    Duplicate,

    /// <summary>Its block was given up, or there is no memory to begin it.</summary>
    Dropped,
}

/// <summary>A block whose seal was right. Give its memory back with <see cref="Release"/>.</summary>
/// <param name="Number">Number in the stream.</param>
/// <param name="Payload">Its bytes of the stream.</param>
/// <param name="Release">Gives the memory back; the payload is not valid any more. To be called once.</param>
public readonly record struct AssembledBlock(long Number, ReadOnlyMemory<byte> Payload, Action Release);

/// <summary>
/// Puts the blocks of one stream of one session together from symbols in any order. At most two groups are in the making; beyond that, or where memory is spent, the block
/// that was touched longest ago is given up: whole, and counted. Not thread-safe.
/// </summary>
public sealed class BlockAssembler
{
    // Blocks given up that are remembered, so that their late symbols do not begin them anew and count them twice.
    private const int MaximumRemembered = 1 << 16;

    private readonly DatagramKind kind;
    private readonly ulong session;
    private readonly BlockMemory memory;
    private readonly Dictionary<long, UnfinishedBlock> unfinished = [];
    private readonly BlockSet done = new();
    private readonly HashSet<long> givenUp = [];
    private long touches;

    /// <param name="first">Any datagram of the stream: its kind, session, geometry and length are those of all others.</param>
    /// <param name="memory">Where blocks are put together.</param>
    public BlockAssembler(in Datagram first, BlockMemory memory)
        : this(first.Kind, first.Session, first.Geometry, first.StreamBytes, memory)
    {
    }

    /// <param name="kind">Header or Data.</param>
    /// <param name="session">The session.</param>
    /// <param name="geometry">How the stream is cut.</param>
    /// <param name="streamBytes">Its length.</param>
    /// <param name="memory">Where blocks are put together.</param>
    public BlockAssembler(DatagramKind kind, ulong session, FecGeometry geometry, long streamBytes, BlockMemory memory) =>
        (this.kind, this.session, Geometry, StreamBytes, this.memory) = (kind, session, geometry, streamBytes, memory);

    /// <summary>How the stream is cut.</summary>
    public FecGeometry Geometry { get; }

    /// <summary>Bytes of the stream.</summary>
    public long StreamBytes { get; }

    /// <summary>Blocks whose seal was right.</summary>
    public long DoneBlocks { get; private set; }

    /// <summary>Those of them that needed parity.</summary>
    public long RepairedBlocks { get; private set; }

    /// <summary>Blocks given up.</summary>
    public long LostBlocks { get; private set; }

    /// <summary>True where the datagram is of this stream and cut as it is.</summary>
    public bool Fits(in Datagram datagram) =>
        datagram.Kind == kind && datagram.Session == session && datagram.Geometry == Geometry && datagram.StreamBytes == StreamBytes;

    /// <summary>True where the block is done.</summary>
    public bool Has(long block) => done.Contains(block);

    /// <summary>Takes one symbol of a datagram that <see cref="Fits"/>.</summary>
    /// <param name="datagram">Its place.</param>
    /// <param name="symbol">Its bytes.</param>
    /// <param name="block">The block that it completed, or null.</param>
    public SymbolFate Take(in Datagram datagram, ReadOnlySpan<byte> symbol, out AssembledBlock? block)
    {
        block = null;
        if (!unfinished.TryGetValue(datagram.Block, out var into))
        {
            if (done.Contains(datagram.Block))
            {
                return SymbolFate.Surplus;
            }

            if (givenUp.Contains(datagram.Block) || Begin(datagram.Block) is not { } begun)
            {
                return SymbolFate.Dropped;
            }

            unfinished[datagram.Block] = into = begun;
        }

        into.Touched = touches++;
        if (!into.Present.Add(datagram.Symbol))
        {
            return SymbolFate.Duplicate;
        }

        symbol.CopyTo(into.Bytes.AsSpan(datagram.Symbol * Geometry.SymbolBytes));
        if (into.Present.Count == datagram.DataSymbols)
        {
            block = Finish(datagram.Block, into);
        }

        return SymbolFate.Used;
    }

    /// <summary>Puts away unfinished blocks that turn out to be had already. They are not lost.</summary>
    public void Forget(Predicate<long> had)
    {
        foreach (var number in unfinished.Keys.Where(n => had(n)).ToList())
        {
            unfinished.Remove(number, out var block);
            memory.Return(block!.Bytes);
        }
    }

    /// <summary>Gives up every block that is not done: no more symbols are to come.</summary>
    public void GiveUp()
    {
        foreach (var (number, block) in unfinished)
        {
            Lose(number, block);
        }

        unfinished.Clear();
    }

    private UnfinishedBlock? Begin(long number)
    {
        var buffer = unfinished.Count < 2 * Geometry.Interleave ? memory.TryRent(Geometry.BlockBytes) : null;
        if (buffer is null && unfinished.Count > 0)
        {
            var oldest = unfinished.MinBy(b => b.Value.Touched);
            unfinished.Remove(oldest.Key);
            Lose(oldest.Key, oldest.Value);
            buffer = memory.TryRent(Geometry.BlockBytes);
        }

        if (buffer is not null)
        {
            return new(buffer);
        }

        Remember(number);
        return null;
    }

    private AssembledBlock? Finish(long number, UnfinishedBlock block)
    {
        unfinished.Remove(number);
        var dataSymbols = Geometry.DataSymbolsOf(StreamBytes, number);
        var repaired = HasParity(block, dataSymbols);
        if (repaired)
        {
            ReedSolomon.TryRecover(block.Bytes, dataSymbols, Geometry.ParitySymbols, Geometry.SymbolBytes, block.Present);
        }

        if (!BlockSeal.Fits(block.Bytes.AsSpan(0, dataSymbols * Geometry.SymbolBytes), kind, session, (ulong)number))
        {
            Lose(number, block);
            return null;
        }

        done.Add(number);
        DoneBlocks++;
        RepairedBlocks += repaired ? 1 : 0;
        return new(number, block.Bytes.AsMemory(0, Geometry.PayloadOf(StreamBytes, number)), () => memory.Return(block.Bytes));
    }

    private bool HasParity(UnfinishedBlock block, int dataSymbols)
    {
        for (var symbol = dataSymbols; symbol < dataSymbols + Geometry.ParitySymbols; symbol++)
        {
            if (block.Present.Contains(symbol))
            {
                return true;
            }
        }

        return false;
    }

    private void Lose(long number, UnfinishedBlock block)
    {
        memory.Return(block.Bytes);
        Remember(number);
    }

    // A header is sent several times, so that a block of it may still come; data comes once.
    private void Remember(long number)
    {
        LostBlocks++;
        if (kind == DatagramKind.Data && givenUp.Count < MaximumRemembered)
        {
            givenUp.Add(number);
        }
    }

    private sealed class UnfinishedBlock(byte[] bytes)
    {
        public readonly byte[] Bytes = bytes;
        public SymbolSet Present;
        public long Touched;
    }
}
