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
                var block = Encoded(GaloisKernel.Widest, b.Data, b.Parity, b.Bytes, b.Seed);
                var damaged = (byte[])block.Clone();
                var present = Lose(damaged, b.Data + b.Parity, b.Bytes, b.Lost, random);

                Assert.True(ReedSolomon.TryRecover(damaged, b.Data, b.Parity, b.Bytes, present));
                Assert.Equal(block.AsSpan(0, b.Data * b.Bytes), damaged.AsSpan(0, b.Data * b.Bytes));
            },
            iter: 300);

    [Fact]
    public void One_symbol_lost_beyond_the_parity_is_not_recovered_and_nothing_changes() =>
        Blocks.Where(b => b.Lost == b.Parity && b.Data > 1).Sample(
            b =>
            {
                var present = new SymbolSet();
                for (var i = 1; i < b.Data; i++)
                {
                    present.Add(i);
                }

                var block = Encoded(GaloisKernel.Widest, b.Data, b.Parity, b.Bytes, b.Seed);
                var before = (byte[])block.Clone();
                Assert.False(ReedSolomon.TryRecover(block, b.Data, b.Parity, b.Bytes, present));
                Assert.Equal(before, block);
            },
            iter: 20);

    [Fact]
    public void Kernels_of_every_width_compute_the_same() =>
        Blocks.Sample(
            b =>
            {
                var expected = Encoded(GaloisWidth.Scalar, b.Data, b.Parity, b.Bytes, b.Seed);
                foreach (var width in Enum.GetValues<GaloisWidth>().Where(GaloisKernel.IsSupported))
                {
                    Assert.Equal(expected, Encoded(width, b.Data, b.Parity, b.Bytes, b.Seed));

                    var damaged = (byte[])expected.Clone();
                    var present = Lose(damaged, b.Data + b.Parity, b.Bytes, b.Lost, new(b.Seed));
                    Assert.True(ReedSolomon.TryRecover(width, damaged, b.Bytes, b.Data, b.Parity, b.Bytes, present));
                    Assert.Equal(expected.AsSpan(0, b.Data * b.Bytes), damaged.AsSpan(0, b.Data * b.Bytes));
                }
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

    [Fact]
    public void The_field_is_a_field() =>
        Gen.Select(Gen.Byte, Gen.Byte, Gen.Byte).Sample((a, b, c) =>
            GaloisField.Multiply(a, GaloisField.Multiply(b, c)) == GaloisField.Multiply(GaloisField.Multiply(a, b), c)
            && GaloisField.Multiply(a, (byte)(b ^ c)) == (GaloisField.Multiply(a, b) ^ GaloisField.Multiply(a, c))
            && (a == 0 || GaloisField.Multiply(a, GaloisField.Inverse(a)) == 1));

    private static byte[] Encoded(GaloisWidth width, int data, int parity, int bytes, int seed)
    {
        var block = new byte[(data + parity) * bytes];
        new Random(seed).NextBytes(block.AsSpan(0, data * bytes));
        ReedSolomon.Encode(width, block, bytes, data, parity, bytes);
        return block;
    }

    private static SymbolSet Lose(byte[] block, int symbols, int bytes, int lost, Random random)
    {
        var order = Enumerable.Range(0, symbols).ToArray();
        random.Shuffle(order);
        var present = new SymbolSet();
        foreach (var symbol in order[..lost])
        {
            random.NextBytes(block.AsSpan(symbol * bytes, bytes));
        }

        foreach (var symbol in order[lost..])
        {
            present.Add(symbol);
        }

        return present;
    }
}
