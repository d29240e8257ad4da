using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class BlockAssemblerTests
{
    private static readonly FecGeometry Small = WireSession.Geometry(8, 4, 64, 4);

    private readonly BlockMemory memory = new(Small.BlockBytes * 8L);

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
        });
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

        Assert.Equal(2L * Small.Interleave * Small.BlockBytes, wide.AllocatedBytes);
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
