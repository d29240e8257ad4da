using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class BlockAssemblerTests
{
    private static readonly FecGeometry Small = WireSession.Geometry(8, 4, 64, 4);

    private static readonly FecGeometry Large = WireSession.Geometry(32, 4, 1024, 4);

    private readonly BlockMemory memory = new(8 * BlockMemory.CostOf(Small.BlockBytes));

    [Fact]
    public async Task Symbols_in_any_order_with_any_loss_up_to_the_parity_give_the_stream()
    {
        var session = WireSession.Of(Small.PayloadBytes * 3 + 100, Small);
        var symbols = await DataOf(session);
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                var arrived = symbols.GroupBy(s => s.Datagram.Block)
                    .SelectMany(block => Shuffled(block, random).Skip(random.Next(Small.ParitySymbols + 1))).ToArray();
                random.Shuffle(arrived);

                var assembler = new BlockAssembler(arrived[0].Datagram, memory);
                Assert.Equal(session.Artifact, Assemble(assembler, arrived, session.Artifact.Length));
                Assert.Equal((4, 0), (assembler.DoneBlocks, assembler.LostBlocks));
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public async Task A_block_with_one_wrong_byte_is_lost_and_never_given_out()
    {
        var symbols = await DataOf(WireSession.Of(Small.PayloadBytes, Small));
        Gen.Select(Gen.Int[0, Small.DataSymbols - 1], Gen.Int[0, Small.SymbolBytes - 1], Gen.Int[1, 255]).Sample((symbol, at, flip) =>
        {
            var assembler = new BlockAssembler(symbols[0].Datagram, memory);
            foreach (var (datagram, bytes) in symbols)
            {
                var changed = (byte[])bytes.Clone();
                changed[at] ^= (byte)(datagram.Symbol == symbol ? flip : 0);
                assembler.Take(datagram, changed, out var block);
                Assert.Null(block);
            }

            Assert.Equal((0, 1), (assembler.DoneBlocks, assembler.LostBlocks));
        }, threads: 1);
    }

    [Theory]
    [InlineData(2UL, 0)]
    [InlineData(1UL, 1)]
    public async Task A_block_of_another_session_or_place_does_not_fit_its_seal(ulong session, long block)
    {
        var symbols = await DataOf(WireSession.Of(Small.PayloadBytes * 2, Small));
        var elsewhere = symbols.Where(s => s.Datagram.Block == 0)
            .Select(s => (Datagram.Of(DatagramKind.Data, 0, session, Small, s.Datagram.StreamBytes, block, s.Datagram.Symbol), s.Symbol)).ToList();

        var assembler = new BlockAssembler(elsewhere[0].Item1, memory);
        Assert.All(elsewhere, s =>
        {
            assembler.Take(s.Item1, s.Symbol, out var whole);
            Assert.Null(whole);
        });
        Assert.Equal(1, assembler.LostBlocks);
    }

    [Fact]
    public async Task Duplicates_and_surplus_symbols_change_nothing()
    {
        var symbols = await DataOf(WireSession.Of(Small.PayloadBytes, Small));
        var assembler = new BlockAssembler(symbols[0].Datagram, memory);
        var fates = symbols.SelectMany(s => new[] { s, s }).Select(s => assembler.Take(s.Datagram, s.Symbol, out _)).ToList();

        Assert.Equal(Small.DataSymbols - 1, fates.Count(f => f == SymbolFate.Duplicate));
        Assert.Equal(Small.DataSymbols, fates.Count(f => f == SymbolFate.Used));
        Assert.Equal(1 + 2 * Small.ParitySymbols, fates.Count(f => f == SymbolFate.Surplus));
        Assert.Equal((1, 0), (assembler.DoneBlocks, assembler.LostBlocks));
    }

    [Fact]
    public async Task One_symbol_of_each_of_many_blocks_takes_no_more_memory_than_two_groups()
    {
        var symbols = await DataOf(WireSession.Of(Small.PayloadBytes * 100, Small));
        var wide = new BlockMemory(long.MaxValue);
        var assembler = new BlockAssembler(symbols[0].Datagram, wide);
        foreach (var (datagram, bytes) in symbols.Where(s => s.Datagram.Symbol == 0))
        {
            assembler.Take(datagram, bytes, out _);
        }

        Assert.Equal(2L * Small.Interleave * BlockMemory.CostOf(Small.BlockBytes), wide.AllocatedBytes);
        Assert.Equal(100 - 2 * Small.Interleave, assembler.LostBlocks);
        assembler.GiveUp();
        Assert.Equal(100, assembler.LostBlocks);
    }

    [Fact]
    public async Task Where_memory_is_spent_whole_blocks_are_dropped_and_counted()
    {
        var symbols = await DataOf(WireSession.Of(Small.PayloadBytes * 2, Small));
        var spent = new BlockMemory(Small.BlockBytes - 1);
        var assembler = new BlockAssembler(symbols[0].Datagram, spent);

        Assert.All(symbols, s => Assert.Equal(SymbolFate.Dropped, assembler.Take(s.Datagram, s.Symbol, out _)));
        Assert.Equal(2, assembler.LostBlocks);
        Assert.Equal(0, spent.AllocatedBytes);
    }

    [Fact]
    public async Task A_burst_costs_each_block_of_a_group_its_share_only()
    {
        var datagrams = await DataOf(WireSession.Of(FecGeometry.Default.PayloadBytes * 32, FecGeometry.Default));
        for (var start = 0; start + 50 <= datagrams.Count; start += 997)
        {
            Assert.All(datagrams.Slice(start, 50).CountBy(d => d.Datagram.Block), block => Assert.InRange(block.Value, 1, 2));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_block_tells_how_much_parity_it_needed(int lost)
    {
        var symbols = await DataOf(WireSession.Of(Small.PayloadBytes, Small));
        var assembler = new BlockAssembler(symbols[0].Datagram, memory);
        AssembledBlock? whole = null;
        foreach (var (datagram, bytes) in symbols.Skip(lost).TakeWhile(_ => whole is null))
        {
            assembler.Take(datagram, bytes, out whole);
        }

        Assert.Equal(lost, whole!.Value.ParityNeeded);
        Assert.Equal(lost > 0 ? 1 : 0, assembler.RepairedBlocks);
    }

    [Fact]
    public async Task A_later_pass_brings_a_block_that_was_given_up_and_it_is_lost_no_more()
    {
        var session = WireSession.Of(Small.PayloadBytes * 40, Small);
        var symbols = await DataOf(session);
        var assembler = new BlockAssembler(symbols[0].Datagram, memory);
        var first = Assemble(assembler, symbols.Where(s => s.Datagram.Block != 3 || s.Datagram.Symbol < 5), session.Artifact.Length);
        Assert.Equal((39, 1), (assembler.DoneBlocks, assembler.LostBlocks));

        var second = Assemble(assembler, symbols, session.Artifact.Length);
        Assert.Equal((40, 0), (assembler.DoneBlocks, assembler.LostBlocks));
        Assert.Equal(session.Artifact.AsSpan(3 * Small.PayloadBytes, Small.PayloadBytes), second.AsSpan(3 * Small.PayloadBytes, Small.PayloadBytes));
        Assert.Equal(session.Artifact.AsSpan(0, Small.PayloadBytes), first.AsSpan(0, Small.PayloadBytes));
    }

    [Fact]
    public async Task Symbols_of_a_block_that_was_given_up_a_moment_ago_do_not_begin_it_anew()
    {
        var symbols = await DataOf(WireSession.Of(Small.PayloadBytes * 100, Small));
        var assembler = new BlockAssembler(symbols[0].Datagram, memory);
        foreach (var block in symbols.Where(s => s.Datagram.Symbol == 0).Take(2 * Small.Interleave + 1))
        {
            assembler.Take(block.Datagram, block.Symbol, out _);
        }

        var late = symbols.First(s => s.Datagram is { Block: 0, Symbol: 1 });
        Assert.Equal(SymbolFate.Dropped, assembler.Take(late.Datagram, late.Symbol, out _));
        Assert.Equal(1, assembler.LostBlocks);
    }

    [Fact]
    public async Task Every_flow_may_be_in_the_middle_of_groups_of_its_own()
    {
        const int flows = 4;
        var session = WireSession.Of(Small.PayloadBytes * Small.Interleave * 2 * flows, Small);
        var symbols = await DataOf(session);
        var mixed = symbols.OrderBy(s => s.Datagram.Symbol).ToList();
        var assembler = new BlockAssembler(
            DatagramKind.Data, session.Header.Session, Small, session.Artifact.Length, new(long.MaxValue), flows);

        Assert.Equal(session.Artifact, Assemble(assembler, mixed, session.Artifact.Length));
        Assert.Equal(0, assembler.LostBlocks);
    }

    [Fact]
    public async Task Blocks_far_apart_come_together_as_those_side_by_side_do()
    {
        var session = WireSession.Of(Small.PayloadBytes * 1000, Small);
        long[] wanted = [0, 8, 16, 512, 999];
        var symbols = (await DataOf(session)).Where(s => wanted.Contains(s.Datagram.Block)).OrderBy(s => s.Datagram.Symbol).ToList();
        var assembler = new BlockAssembler(symbols[0].Datagram, memory);
        var stream = Assemble(assembler, symbols, session.Artifact.Length);

        Assert.Equal((wanted.Length, 0), (assembler.DoneBlocks, assembler.LostBlocks));
        Assert.All(wanted, b => Assert.True(assembler.Has(b)));
        Assert.Equal(
            session.Artifact.AsSpan(512 * Small.PayloadBytes, Small.PayloadBytes).ToArray(), stream.AsSpan(512 * Small.PayloadBytes, Small.PayloadBytes).ToArray());
    }

    [Fact]
    public async Task Where_sessions_share_memory_the_block_begun_longest_ago_makes_room_whosever_it_is()
    {
        var shared = new BlockMemory(2 * BlockMemory.CostOf(Small.BlockBytes));
        var old = await DataOf(WireSession.Of(Small.PayloadBytes, Small, session: 1));
        var young = await DataOf(WireSession.Of(Small.PayloadBytes * 2, Small, session: 2));
        var (first, second) = (new BlockAssembler(old[0].Datagram, shared), new BlockAssembler(young[0].Datagram, shared));
        first.Take(old[0].Datagram, old[0].Symbol, out _);
        var whole = 0;
        foreach (var (datagram, bytes) in young)
        {
            second.Take(datagram, bytes, out var block);
            whole += block is null ? 0 : 1;
            block?.Release();
        }

        Assert.Equal((1L, 1L), (first.LostBlocks, first.CrowdedOut));
        Assert.Equal((2, 0L), (whole, second.LostBlocks));
        Assert.InRange(shared.AllocatedBytes, 1, shared.BudgetBytes);
    }

    [Fact]
    public async Task What_is_reserved_is_not_there_for_blocks()
    {
        var symbols = await DataOf(WireSession.Of(Small.PayloadBytes, Small));
        var shared = new BlockMemory(BlockMemory.CostOf(Small.BlockBytes) + 10);
        var headers = new BlockMemory(100, shared);
        Assert.True(headers.TryReserve(11));
        var assembler = new BlockAssembler(symbols[0].Datagram, shared);
        Assert.Equal(SymbolFate.Dropped, assembler.Take(symbols[0].Datagram, symbols[0].Symbol, out _));
        Assert.False(headers.TryReserve(100));

        headers.Free(11);
        Assert.Equal(0, shared.AllocatedBytes);
        var other = new BlockAssembler(symbols[0].Datagram, shared);
        Assert.Equal(SymbolFate.Used, other.Take(symbols[0].Datagram, symbols[0].Symbol, out _));
        Assert.False(headers.TryReserve(11));
    }

    [Fact]
    public async Task A_stream_costs_no_allocation_once_its_memory_is_there()
    {
        var symbols = await DataOf(WireSession.Of(Small.PayloadBytes * 200, Small));
        var assembler = new BlockAssembler(symbols[0].Datagram, memory);
        long allocated = 0;
        for (var i = 0; i < symbols.Count; i++)
        {
            if (i == symbols.Count / 2)
            {
                allocated = GC.GetAllocatedBytesForCurrentThread();
            }

            assembler.Take(symbols[i].Datagram, symbols[i].Symbol, out var block);
            block?.Release();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
        Assert.Equal(200, assembler.DoneBlocks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Packed_blocks_come_back_as_they_were_with_any_loss_up_to_the_parity(int lost)
    {
        var session = WireSession.Packable(5, Large);
        var assembler = Packing(session);
        var stream = Assemble(assembler, session.PackedDatagrams().Where(d => d.Datagram.Symbol >= lost), session.Artifact.Length);

        Assert.Equal(session.Artifact, stream);
        Assert.Equal((5, 0), (assembler.DoneBlocks, assembler.LostBlocks));
    }

    [Fact]
    public async Task Packed_blocks_and_others_mix_in_one_stream()
    {
        var session = WireSession.Packable(4, Large);
        var plain = (await DataOf(session)).Where(s => s.Datagram.Block % 2 == 0);
        var assembler = Packing(session);
        var stream = Assemble(assembler, plain.Concat(session.PackedDatagrams().Where(s => s.Datagram.Block % 2 == 1)), session.Artifact.Length);

        Assert.Equal(session.Artifact, stream);
    }

    [Fact]
    public void A_packed_block_that_does_not_unpack_is_lost()
    {
        var session = WireSession.Packable(1, Large);
        var assembler = Packing(session);
        foreach (var (datagram, symbol) in session.PackedDatagrams(packed => packed[1] ^= 0xFF))
        {
            assembler.Take(datagram, symbol, out var block);
            Assert.Null(block);
        }

        Assert.Equal((0, 1), (assembler.DoneBlocks, assembler.LostBlocks));
    }

    [Fact]
    public async Task A_block_that_comes_in_two_forms_at_once_keeps_the_first_and_one_left_from_an_earlier_pass_yields()
    {
        var session = WireSession.Packable(1, Large);
        var (plain, packed) = (await DataOf(session), session.PackedDatagrams().ToList());
        var assembler = Packing(session);
        assembler.Take(packed[0].Datagram, packed[0].Symbol, out _);
        Assert.Equal(SymbolFate.Dropped, assembler.Take(plain[1].Datagram, plain[1].Symbol, out _));

        var stream = Assemble(assembler, Enumerable.Repeat(plain, 3).SelectMany(pass => pass), session.Artifact.Length);
        Assert.Equal(session.Artifact, stream);
    }

    [Fact]
    public void A_packed_block_behind_the_end_of_the_stream_does_not_fit()
    {
        var session = WireSession.Packable(1, Large);
        Assert.False(Packing(session).Fits(Datagram.OfPacked(0, session.Header.Session, Large, 100, 1, 0)));
    }

    private static BlockAssembler Packing(WireSession session) =>
        new(DatagramKind.Data, session.Header.Session, session.Header.Geometry, session.Artifact.Length, new(64 << 20));

    private static async Task<List<(Datagram Datagram, byte[] Symbol)>> DataOf(WireSession session)
    {
        var symbols = new List<(Datagram, byte[])>();
        foreach (var bytes in await session.DatagramsAsync())
        {
            Assert.True(Datagram.TryRead(bytes, out var datagram));
            if (datagram.Kind == DatagramKind.Data)
            {
                symbols.Add((datagram, bytes[Datagram.HeaderBytes..]));
            }
        }

        // A short group goes twice; these tests want each symbol once.
        return symbols.DistinctBy(s => (s.Item1.Block, s.Item1.Symbol)).ToList();
    }

    private static byte[] Assemble(BlockAssembler assembler, IEnumerable<(Datagram Datagram, byte[] Symbol)> arrived, int length)
    {
        var stream = new byte[length];
        foreach (var (datagram, symbol) in arrived)
        {
            assembler.Take(datagram, symbol, out var block);
            if (block is { } whole)
            {
                whole.Payload.Span.CopyTo(stream.AsSpan((int)(whole.Number * assembler.Geometry.PayloadBytes)));
                whole.Release();
            }
        }

        return stream;
    }

    private static T[] Shuffled<T>(IEnumerable<T> items, Random random)
    {
        var array = items.ToArray();
        random.Shuffle(array);
        return array;
    }
}
