using System.Numerics;

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

    /// <summary>Its block was given up or cut otherwise, or there is no memory to begin it.</summary>
    Dropped,
}

/// <summary>
/// Puts the blocks of one stream of one session together from symbols in any order. At most two groups of each flow are in the making; beyond that, when twice as many have
/// been begun since, or where memory is spent, the block that was begun longest ago is given up: whole, and counted. A later pass may bring it after all. Not thread-safe.
/// </summary>
public sealed class BlockAssembler
{
    // Blocks given up that are remembered, so that their late symbols do not begin them anew.
    private const int MaximumRemembered = 1 << 13;

    private readonly DatagramKind kind;
    private readonly ulong session;
    private readonly BlockMemory memory;
    private readonly Dictionary<long, BlockBuffer> unfinished = [];
    private readonly Dictionary<long, long> givenUp = [];
    private readonly BlockSet done;
    private readonly BlockSet lost;
    private readonly int mostUnfinished;
    private readonly long passSymbols;

    // Blocks of neighbouring groups have places of their own here, so that the dictionary is asked only where blocks are far apart.
    private readonly BlockBuffer?[] places;
    private BlockBuffer? oldest;
    private BlockBuffer? newest;
    private long taken;
    private long begun;

    /// <param name="first">Any datagram of a header: its session, geometry and length are those of all others.</param>
    /// <param name="memory">Where blocks are put together.</param>
    public BlockAssembler(in Datagram first, BlockMemory memory)
        : this(first.Kind, first.Session, first.Geometry, first.StreamBytes, memory)
    {
    }

    /// <param name="kind">Header, or Data, among which packed blocks may be.</param>
    /// <param name="session">The session.</param>
    /// <param name="geometry">How the stream is cut.</param>
    /// <param name="streamBytes">Its length.</param>
    /// <param name="memory">Where blocks are put together.</param>
    /// <param name="flows">Flows that groups are dealt to, each of which may be in the middle of one.</param>
    public BlockAssembler(DatagramKind kind, ulong session, FecGeometry geometry, long streamBytes, BlockMemory memory, int flows = 1)
    {
        (this.kind, this.session, Geometry, StreamBytes, this.memory) = (kind, session, geometry, streamBytes, memory);
        (Blocks, done, lost) = (geometry.BlocksOf(streamBytes), new(geometry.BlocksOf(streamBytes)), new(geometry.BlocksOf(streamBytes)));
        mostUnfinished = 2 * flows * geometry.Interleave;
        var inFlight = Math.Min((long)flows * geometry.Interleave, Math.Max(1, Blocks));
        passSymbols = (geometry.DataSymbols + geometry.ParitySymbols) * inFlight;
        places = new BlockBuffer?[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(mostUnfinished, Math.Max(1, Blocks)))];
    }

    /// <summary>How the stream is cut.</summary>
    public FecGeometry Geometry { get; }

    /// <summary>Bytes of the stream.</summary>
    public long StreamBytes { get; }

    /// <summary>Blocks of the stream.</summary>
    public long Blocks { get; }

    /// <summary>Says of a block that is neither done nor in the making whether it is had already, from an earlier session.</summary>
    public Predicate<long> Had { get; set; } = _ => false;

    /// <summary>Blocks whose seal was right.</summary>
    public long DoneBlocks { get; private set; }

    /// <summary>Those of them that needed parity.</summary>
    public long RepairedBlocks { get; private set; }

    /// <summary>Blocks given up and not done since.</summary>
    public long LostBlocks { get; private set; }

    /// <summary>Times that a block was given up because memory was spent.</summary>
    public long CrowdedOut { get; private set; }

    internal long OldestAge => oldest?.Age ?? long.MaxValue;

    /// <summary>True where the datagram is of this stream and cut as it is.</summary>
    public bool Fits(in Datagram datagram) =>
        datagram.Session == session && datagram.Geometry == Geometry
        && (datagram.Kind == kind
            ? datagram.StreamBytes == StreamBytes
            : datagram.Kind == DatagramKind.Packed && kind == DatagramKind.Data && datagram.Block < Blocks);

    /// <summary>True where the block is done.</summary>
    public bool Has(long block) => done.Contains(block);

    /// <summary>Takes one symbol of a datagram that <see cref="Fits"/>.</summary>
    /// <param name="datagram">Its place.</param>
    /// <param name="symbol">Its bytes.</param>
    /// <param name="block">The block that it completed, or null.</param>
    public SymbolFate Take(in Datagram datagram, ReadOnlySpan<byte> symbol, out AssembledBlock? block)
    {
        block = null;
        taken++;
        var into = places[datagram.Block & (places.Length - 1)];
        if (into is null || into.Number != datagram.Block)
        {
            if (done.Contains(datagram.Block))
            {
                return SymbolFate.Surplus;
            }

            if (unfinished.TryGetValue(datagram.Block, out into))
            {
                places[datagram.Block & (places.Length - 1)] = into;
            }
            else if (Had(datagram.Block))
            {
                return SymbolFate.Surplus;
            }
            else if ((into = Begin(datagram)) is null)
            {
                return SymbolFate.Dropped;
            }
        }

        if (into.PackedBytes != datagram.PackedBytes && !TryBeginAgain(into, datagram))
        {
            return SymbolFate.Dropped;
        }

        into.Touched = taken;
        if (!into.Present.Add(datagram.Symbol))
        {
            return SymbolFate.Duplicate;
        }

        symbol.CopyTo(into.Bytes.AsSpan(datagram.Symbol * Geometry.SymbolBytes));
        if (into.Present.Count == into.DataSymbols)
        {
            block = Finish(into);
        }

        return SymbolFate.Used;
    }

    /// <summary>Puts away unfinished blocks that turn out to be had already. They are not lost.</summary>
    public void ForgetHad()
    {
        for (var block = oldest; block is not null;)
        {
            var newer = block.Newer;
            if (Had(block.Number))
            {
                Remove(block);
                memory.Return(block);
            }

            block = newer;
        }
    }

    /// <summary>Gives up every block that is not done: no more symbols are to come.</summary>
    public void GiveUp()
    {
        while (oldest is not null)
        {
            Lose(oldest);
        }
    }

    internal void GiveUpOldest()
    {
        CrowdedOut++;
        Lose(oldest!);
    }

    private BlockBuffer? Begin(in Datagram datagram)
    {
        if (IsGivenUp(datagram.Block))
        {
            return null;
        }

        while (oldest is not null && (unfinished.Count == mostUnfinished || begun - oldest.Begun >= 2 * mostUnfinished))
        {
            Lose(oldest);
        }

        if (Rent() is not { } buffer)
        {
            CrowdedOut++;
            CountLost(datagram.Block);
            return null;
        }

        (buffer.Number, buffer.Age, buffer.Begun) = (datagram.Block, memory.NextAge(), begun++);
        Reset(buffer, datagram);
        Add(buffer);
        return buffer;
    }

    private static void Reset(BlockBuffer buffer, in Datagram datagram) =>
        (buffer.Present, buffer.DataSymbols, buffer.PackedBytes) = (default, datagram.DataSymbols, datagram.PackedBytes);

    // The first datagram decides how a block is cut. What is left of it after a whole group of others was of a pass that is over, and the next may cut it otherwise.
    private bool TryBeginAgain(BlockBuffer block, in Datagram datagram)
    {
        if (IsRecent(block.Touched))
        {
            return false;
        }

        Reset(block, datagram);
        return true;
    }

    private AssembledBlock? Finish(BlockBuffer block)
    {
        Remove(block);
        var parity = block.Present.CountFrom(block.DataSymbols);
        if (parity > 0)
        {
            ReedSolomon.TryRecover(block.Bytes, block.DataSymbols, Geometry.ParitySymbols, Geometry.SymbolBytes, block.Present);
        }

        var content = block.Bytes.AsSpan(0, block.DataSymbols * Geometry.SymbolBytes);
        var whole = BlockSeal.Fits(content, block.PackedBytes > 0 ? DatagramKind.Packed : kind, session, (ulong)block.Number) ? Unpack(block) : null;
        if (whole != block)
        {
            memory.Return(block);
        }

        if (whole is null)
        {
            CountLost(block.Number);
            return null;
        }

        done.Add(block.Number);
        DoneBlocks++;
        RepairedBlocks += parity > 0 ? 1 : 0;
        LostBlocks -= lost.Remove(block.Number) ? 1 : 0;
        return new(block.Number, whole, Geometry.PayloadOf(StreamBytes, block.Number), parity);
    }

    // The block itself, or its packed content in a buffer of its own; null where it does not unpack or there is no memory.
    private BlockBuffer? Unpack(BlockBuffer block)
    {
        if (block.PackedBytes == 0)
        {
            return block;
        }

        if (Rent() is not { } payload)
        {
            CrowdedOut++;
            return null;
        }

        if (WeightPlanes.TryUnpack(block.Bytes.AsSpan(0, block.PackedBytes), payload.Bytes.AsSpan(0, Geometry.PayloadOf(StreamBytes, block.Number))))
        {
            return payload;
        }

        memory.Return(payload);
        return null;
    }

    private BlockBuffer? Rent()
    {
        var buffer = memory.TryRent(Geometry.BlockBytes);
        while (buffer is null && memory.MakeRoom())
        {
            buffer = memory.TryRent(Geometry.BlockBytes);
        }

        return buffer;
    }

    private void Lose(BlockBuffer block)
    {
        Remove(block);
        memory.Return(block);
        CountLost(block.Number);
    }

    private void CountLost(long number)
    {
        LostBlocks += lost.Add(number) ? 1 : 0;

        // A header is sent several times in a row, so that a block of it may still come at once.
        if (kind == DatagramKind.Data && (givenUp.Count < MaximumRemembered || ForgetGivenUp()))
        {
            givenUp[number] = taken;
        }
    }

    private bool IsGivenUp(long number)
    {
        if (givenUp.Count == 0 || !givenUp.TryGetValue(number, out var at))
        {
            return false;
        }

        if (IsRecent(at))
        {
            return true;
        }

        givenUp.Remove(number);
        return false;
    }

    private bool ForgetGivenUp()
    {
        foreach (var (number, at) in givenUp)
        {
            if (!IsRecent(at))
            {
                givenUp.Remove(number);
            }
        }

        return givenUp.Count < MaximumRemembered;
    }

    // Symbols of a block in one pass are no further apart than a group of each flow is long.
    private bool IsRecent(long at) => taken - at <= passSymbols;

    private void Add(BlockBuffer block)
    {
        if (unfinished.Count == 0)
        {
            memory.Join(this);
        }

        unfinished.Add(block.Number, block);
        places[block.Number & (places.Length - 1)] = block;
        (block.Older, block.Newer) = (newest, null);
        oldest ??= block;
        if (newest is not null)
        {
            newest.Newer = block;
        }

        newest = block;
    }

    private void Remove(BlockBuffer block)
    {
        unfinished.Remove(block.Number);
        ref var place = ref places[block.Number & (places.Length - 1)];
        place = place == block ? null : place;
        if (block.Older is null)
        {
            oldest = block.Newer;
        }
        else
        {
            block.Older.Newer = block.Newer;
        }

        if (block.Newer is null)
        {
            newest = block.Older;
        }
        else
        {
            block.Newer.Older = block.Older;
        }

        (block.Older, block.Newer) = (null, null);
        if (unfinished.Count == 0)
        {
            memory.Leave(this);
        }
    }
}
