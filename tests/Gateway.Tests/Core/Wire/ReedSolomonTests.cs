using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class ReedSolomonTests
{
    private static readonly Gen<(int Data, int Parity, int Bytes, int Lost, int Seed)> Blocks =
        from data in Gen.Int[1, 254]
        from parity in Gen.Int[1, Math.Min(60, 255 - data)]
        from bytes in Gen.Int[64, 200]
        from lost in Gen.Int[0, parity]
        from seed in Gen.Int
        select (data, parity, bytes, lost, seed);

    [Fact]
    public void Any_symbols_lost_up_to_the_parity_are_recovered() =>
        Blocks.Sample(
            b =>
            {
                var random = new Random(b.Seed);
                var block = Encoded(b.Data, b.Parity, b.Bytes, b.Seed);
                var damaged = (byte[])block.Clone();
                var present = Lose(damaged, b.Data + b.Parity, b.Bytes, b.Bytes, b.Lost, random);

                Assert.True(ReedSolomon.TryRecover(damaged, b.Data, b.Parity, b.Bytes, present));
                Assert.Equal(block.AsSpan(0, b.Data * b.Bytes), damaged.AsSpan(0, b.Data * b.Bytes));
            },
            iter: 300);

    [Fact]
    public void One_symbol_lost_beyond_the_parity_is_not_recovered_and_nothing_changes() =>
        Blocks.Where(b => b.Data > 1).Sample(
            b =>
            {
                var present = new SymbolSet();
                for (var i = 1; i < b.Data; i++)
                {
                    present.Add(i);
                }

                var block = Encoded(b.Data, b.Parity, b.Bytes, b.Seed);
                var before = (byte[])block.Clone();
                Assert.False(ReedSolomon.TryRecover(block, b.Data, b.Parity, b.Bytes, present));
                Assert.Equal(before, block);
            },
            iter: 20);

    [Fact]
    public void Symbols_that_lie_apart_are_encoded_and_recovered_as_those_that_do_not_and_what_is_between_stays() =>
        Gen.Select(Blocks, Gen.Int[1, 100]).Sample(
            (b, gap) =>
            {
                var (symbols, stride) = (b.Data + b.Parity, b.Bytes + gap);
                var block = Encoded(b.Data, b.Parity, b.Bytes, b.Seed);
                var apart = new byte[(symbols - 1) * stride + b.Bytes];
                new Random(gap).NextBytes(apart);
                for (var i = 0; i < b.Data; i++)
                {
                    block.AsSpan(i * b.Bytes, b.Bytes).CopyTo(apart.AsSpan(i * stride));
                }

                var before = (byte[])apart.Clone();
                ReedSolomon.Encode(apart, stride, b.Data, b.Parity, b.Bytes);
                for (var i = 0; i < symbols; i++)
                {
                    Assert.Equal(block.AsSpan(i * b.Bytes, b.Bytes), apart.AsSpan(i * stride, b.Bytes));
                    Assert.True(i == symbols - 1 || before.AsSpan(i * stride + b.Bytes, gap).SequenceEqual(apart.AsSpan(i * stride + b.Bytes, gap)));
                }

                var encoded = (byte[])apart.Clone();
                var present = Lose(apart, symbols, stride, b.Bytes, b.Lost, new(b.Seed));
                Assert.True(ReedSolomon.TryRecover(apart, stride, b.Data, b.Parity, b.Bytes, present));
                Assert.Equal(encoded.AsSpan(0, b.Data * stride - gap), apart.AsSpan(0, b.Data * stride - gap));
            },
            iter: 100);

    [Fact]
    public void A_block_with_fewer_parity_symbols_has_the_first_ones()
    {
        var more = Encoded(20, 9, 100, seed: 1);
        var fewer = Encoded(20, 4, 100, seed: 1);

        Assert.Equal(fewer, more.AsSpan(0, fewer.Length));
    }

    [Fact]
    public void Neither_encoding_nor_recovering_allocates_once_begun()
    {
        var block = Encoded(200, 10, 1400, seed: 1);
        var present = Lose(block, 210, 1400, 1400, lost: 7, new(2));
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(ReedSolomon.TryRecover(block, 1400, 200, 10, 1400, present));
            ReedSolomon.Encode(block, 1400, 200, 10, 1400);
            Assert.True(round == 0 || GC.GetAllocatedBytesForCurrentThread() == before, $"{GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        }
    }

    [Fact]
    public void Any_bit_that_flips_in_a_block_is_found_by_its_seal() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[64, 200], Gen.Int).Sample(
            (data, bytes, seed) =>
            {
                var random = new Random(seed);
                var content = new byte[data * bytes];
                random.NextBytes(content);
                BlockSeal.Write(content, DatagramKind.Data, session: 3, block: 4);
                for (var flip = 0; flip < 50; flip++)
                {
                    var bit = random.Next(8 * content.Length);
                    content[bit >> 3] ^= (byte)(1 << (bit & 7));
                    Assert.False(BlockSeal.Fits(content, DatagramKind.Data, session: 3, block: 4));
                    content[bit >> 3] ^= (byte)(1 << (bit & 7));
                }

                Assert.True(BlockSeal.Fits(content, DatagramKind.Data, session: 3, block: 4));
            },
            iter: 100);

    [Fact]
    public void A_wrong_bit_in_any_symbol_that_is_used_is_found_by_the_seal_after_recovery() =>
        Blocks.Where(b => b.Lost > 0).Sample(
            b =>
            {
                var random = new Random(b.Seed);
                var block = new byte[(b.Data + b.Parity) * b.Bytes];
                random.NextBytes(block);
                var content = block.AsSpan(0, b.Data * b.Bytes);
                BlockSeal.Write(content, DatagramKind.Data, session: 3, block: 4);
                ReedSolomon.Encode(block, b.Data, b.Parity, b.Bytes);
                var present = new SymbolSet();
                for (var i = b.Lost; i < b.Data + b.Lost; i++)
                {
                    present.Add(i);
                }

                // The first symbols are lacking, so every symbol that is there is used.
                var at = random.Next(b.Lost * b.Bytes, (b.Data + b.Lost) * b.Bytes);
                block[at] ^= (byte)(1 << random.Next(8));

                Assert.True(ReedSolomon.TryRecover(block, b.Data, b.Parity, b.Bytes, present));
                Assert.False(BlockSeal.Fits(block.AsSpan(0, b.Data * b.Bytes), DatagramKind.Data, session: 3, block: 4));
            },
            iter: 100);

    [Fact]
    public void A_shortened_block_has_the_parity_of_one_filled_up_with_zeros()
    {
        const int bytes = 64;
        var full = new byte[(10 + 4) * bytes];
        var shortened = new byte[(3 + 4) * bytes];
        new Random(1).NextBytes(full.AsSpan(0, 3 * bytes));
        full.AsSpan(0, 3 * bytes).CopyTo(shortened);

        ReedSolomon.Encode(full, 10, 4, bytes);
        ReedSolomon.Encode(shortened, 3, 4, bytes);

        Assert.Equal(full.AsSpan(10 * bytes), shortened.AsSpan(3 * bytes));
    }

    private static byte[] Encoded(int data, int parity, int bytes, int seed)
    {
        var block = new byte[(data + parity) * bytes];
        new Random(seed).NextBytes(block.AsSpan(0, data * bytes));
        ReedSolomon.Encode(block, data, parity, bytes);
        return block;
    }

    private static SymbolSet Lose(byte[] block, int symbols, int stride, int bytes, int lost, Random random)
    {
        var order = Enumerable.Range(0, symbols).ToArray();
        random.Shuffle(order);
        var present = new SymbolSet();
        foreach (var symbol in order[..lost])
        {
            random.NextBytes(block.AsSpan(symbol * stride, bytes));
        }

        foreach (var symbol in order[lost..])
        {
            present.Add(symbol);
        }

        return present;
    }
}
