using System.Buffers.Binary;
using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class BlockGroupTests
{
    private static readonly FecGeometry Small = WireSession.Geometry(8, 4, 64, 4);
    private static readonly FecGeometry Wide = WireSession.Geometry(100, 10, 1372, 4);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_datagram_of_a_keyed_session_passes_the_gate_once_and_no_number_is_left_out()
    {
        var key = LaneKey.Generate();
        using var gate = new DatagramGate("lane-1", [key], []);
        var datagrams = await WireSession.Of(Small.PayloadBytes * 6 + 10, Small).DatagramsAsync(headerRepeats: 2, key, epoch: 7);

        Assert.All(datagrams, datagram => Assert.Equal(DatagramFault.None, gate.Take(datagram, out _, out _)));
        Assert.Equal((0L, 7U), (gate.Missing, Assert.Single(gate.Newest).Epoch));
        Assert.All(datagrams, datagram => Assert.Equal(DatagramFault.Replayed, gate.Take(datagram, out _, out _)));
    }

    [Fact]
    public async Task A_group_that_held_other_blocks_before_makes_the_datagrams_that_a_new_one_makes()
    {
        await Gen.Select(Gen.Int[1, 3000], Gen.Int[1, 3000]).SampleAsync(
            async (before, bytes) =>
            {
                using var sealer = new DatagramSealer("lane-1", null, new(1));
                var used = new BlockGroup(Small, 8, sealer);
                await FillAsync(used, WireSession.Of(before, Small), BlockRanges.Between(0, Math.Min(8, Small.BlocksOf(before))));
                var session = WireSession.Of(bytes, Small);
                var blocks = BlockRanges.Between(0, Math.Min(8, Small.BlocksOf(bytes)));
                var again = new BlockGroup(Small, 8, sealer);
                await FillAsync(used, session, blocks);
                await FillAsync(again, session, blocks);
                Assert.Equal(Unnumbered(again), Unnumbered(used));
            },
            iter: 100);
    }

    [Fact]
    public async Task Blocks_apart_from_each_other_share_a_group_and_only_they_are_in_it()
    {
        using var sealer = new DatagramSealer("lane-1", null, new(1));
        var group = new BlockGroup(Small, Small.Interleave, sealer);
        await FillAsync(group, WireSession.Of(Small.PayloadBytes * 20, Small), BlockRanges.Of([new(3, 1), new(9, 2), new(19, 1)]));

        var offsets = new int[group.MostBlocks];
        for (var row = 0; row < group.Rows; row++)
        {
            Assert.Equal(4, group.Row(row, offsets));
            Assert.Equal([3, 9, 10, 19], offsets.Select(offset => Read(group, offset).Block));
            Assert.All(offsets, offset => Assert.Equal(row, Read(group, offset).Symbol));
        }
    }

    [Fact]
    public async Task Rows_beyond_the_symbols_of_a_short_block_lack_its_datagram()
    {
        using var sealer = new DatagramSealer("lane-1", null, new(1));
        var group = new BlockGroup(Small, Small.Interleave, sealer);
        await FillAsync(group, WireSession.Of(Small.PayloadBytes + 1, Small), BlockRanges.Between(0, 2));

        Assert.Equal(12, group.Rows);
        var counts = Enumerable.Range(0, group.Rows).Select(row => group.Row(row, new int[group.MostBlocks]));
        Assert.Equal([2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1], counts);
    }

    [Fact]
    public async Task Filling_a_group_allocates_nothing_for_its_blocks_and_datagrams()
    {
        using var sealer = new DatagramSealer("lane-1", LaneKey.Generate(), new(1));
        var group = new BlockGroup(Wide, 64, sealer);
        var session = WireSession.Of(Wide.PayloadBytes * 64, Wide);
        await FillAsync(group, session, BlockRanges.Between(0, 64));

        Assert.Equal(await AllocatedAsync(BlockRanges.Between(0, 1)), await AllocatedAsync(BlockRanges.Between(0, 64)));

        async Task<long> AllocatedAsync(BlockRanges blocks)
        {
            Assert.True(SessionEncoder.Create(session.Header).Succeeded(out var encoder, out _));
            var read = ByteSource.Of(session.Artifact);
            var before = GC.GetAllocatedBytesForCurrentThread();
            await encoder.FillAsync(group, new(DatagramKind.Data, blocks), read, packer: null, Cancellation);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Packed_and_plain_blocks_of_one_stream_come_back_after_any_loss_up_to_their_parity(int bytesBefore)
    {
        // Weights, then noise that does not shrink, then weights in a short block.
        var artifact = new byte[Wide.PayloadBytes * 5 + 20_000];
        Weights(artifact.AsSpan(bytesBefore, Wide.PayloadBytes * 2));
        new Random(5).NextBytes(artifact.AsSpan(Wide.PayloadBytes * 2 + bytesBefore, Wide.PayloadBytes * 2));
        Weights(artifact.AsSpan(Wide.PayloadBytes * 4 + bytesBefore, artifact.Length - Wide.PayloadBytes * 4 - bytesBefore));
        var parity = LossTarget.Default.ParityOf(Wide, 1_000_000_000);
        var packer = new BlockPacker(Wide, parity);
        var session = WireSession.Of(artifact.Length, Wide) with { Artifact = artifact };
        using var sealer = new DatagramSealer("lane-1", null, new(1));
        Assert.True(SessionEncoder.Create(session.Header).Succeeded(out var encoder, out _));
        var symbols = new List<(Datagram Datagram, byte[] Bytes)>();
        await foreach (var bytes in encoder.DatagramsAsync(ByteSource.Of(artifact), 1, sealer, Cancellation, packer))
        {
            Assert.True(Datagram.TryRead(bytes.Span, out var datagram));
            if (datagram.Kind is DatagramKind.Data or DatagramKind.Packed)
            {
                symbols.Add((datagram, bytes.ToArray()));
            }
        }

        var blocks = symbols.DistinctBy(s => (s.Datagram.Block, s.Datagram.Symbol)).GroupBy(s => s.Datagram.Block).ToList();
        Assert.Equal([0, 1, 4, 5], blocks.Where(block => block.All(s => s.Datagram.Kind == DatagramKind.Packed)).Select(block => block.Key));
        Assert.Equal([3], blocks.Where(block => block.All(s => s.Datagram.Kind == DatagramKind.Data)).Select(block => block.Key).Except([2]));
        Assert.All(blocks.Where(b => b.First().Datagram.Kind == DatagramKind.Packed), block =>
            Assert.Equal(block.First().Datagram.DataSymbols + parity.For(block.First().Datagram.DataSymbols), block.Count()));
        Assert.True(packer.ContentBytes < packer.PayloadBytes);

        var random = new Random(1);
        var stream = new byte[artifact.Length];
        var assembler = new BlockAssembler(DatagramKind.Data, 1, Wide, artifact.Length, new(64 << 20));
        foreach (var block in blocks)
        {
            var arrived = block.ToArray();
            random.Shuffle(arrived);
            foreach (var (datagram, bytes) in arrived.Take(arrived[0].Datagram.DataSymbols))
            {
                assembler.Take(datagram, datagram.SymbolOf(bytes), out var whole);
                if (whole is { } done)
                {
                    done.Payload.Span.CopyTo(stream.AsSpan((int)(done.Number * Wide.PayloadBytes)));
                    done.Release();
                }
            }
        }

        Assert.Equal(artifact, stream);
    }

    private static async Task FillAsync(BlockGroup group, WireSession session, BlockRanges blocks)
    {
        Assert.True(SessionEncoder.Create(session.Header).Succeeded(out var encoder, out _));
        await encoder.FillAsync(group, new(DatagramKind.Data, blocks), ByteSource.Of(session.Artifact), packer: null, Cancellation);
    }

    private static Datagram Read(BlockGroup group, int offset) =>
        Datagram.TryRead(group.Bytes.Span.Slice(offset, group.DatagramBytes), out var datagram) ? datagram : throw new InvalidOperationException();

    // Without the counters, which go on from group to group.
    private static List<string> Unnumbered(BlockGroup group)
    {
        var all = new List<string>();
        var offsets = new int[group.MostBlocks];
        for (var row = 0; row < group.Rows; row++)
        {
            var count = group.Row(row, offsets);
            foreach (var offset in offsets[..count])
            {
                var bytes = group.Bytes.Slice(offset, group.DatagramBytes).ToArray();
                bytes.AsSpan(40..Datagram.HeaderBytes).Clear();
                all.Add(Convert.ToHexString(bytes));
            }
        }

        return all;
    }

    private static void Weights(Span<byte> into)
    {
        var random = new Random(3);
        for (var at = 0; at + 2 <= into.Length; at += 2)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            BinaryPrimitives.WriteUInt16LittleEndian(into[at..], (ushort)(BitConverter.SingleToUInt32Bits((float)(normal * 0.02)) >> 16));
        }
    }
}
