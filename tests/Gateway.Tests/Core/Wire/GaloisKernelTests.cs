using System.Numerics;
using System.Runtime.Intrinsics;
using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class GaloisKernelTests
{
    private static readonly Gen<(int Sources, int Targets, int Bytes, int Gap, int Seed)> Products =
        from sources in Gen.Int[1, 200]
        from targets in Gen.Int[1, Math.Min(40, 255 - sources)]
        from bytes in Gen.OneOf(Gen.Int[64, 300], Gen.Int[300, 3000], Gen.Int[3000, 9000])
        from gap in Gen.Int[0, 80]
        from seed in Gen.Int
        select (sources, targets, bytes, gap, seed);

    public static TheoryData<string> Widths => [.. Enum.GetNames<GaloisWidth>().Where(w => w != nameof(GaloisWidth.Scalar))];

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_kernel_computes_what_the_scalar_one_does(string name)
    {
        var width = Enum.Parse<GaloisWidth>(name);
        Assert.SkipUnless(GaloisKernel.IsSupported(width), $"This machine lacks the instructions of {name}.");

        Products.Sample(p => Assert.Equal(Computed<GfniTransform>(GaloisWidth.Scalar, p), Computed<GfniTransform>(width, p)), iter: 150);
    }

    [Theory]
    [InlineData(nameof(GaloisWidth.Affine256))]
    [InlineData(nameof(GaloisWidth.Affine512))]
    public void The_loops_around_the_affine_transform_are_right_on_a_machine_that_lacks_it(string name) =>
        Products.Sample(
            p => Assert.Equal(Computed<GfniTransform>(GaloisWidth.Scalar, p), Computed<ModelledTransform>(Enum.Parse<GaloisWidth>(name), p)),
            iter: 30);

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_kernel_is_right_for_every_number_of_targets_odd_lengths_and_the_strides_of_a_lane(string name)
    {
        var width = Enum.Parse<GaloisWidth>(name);
        Assert.SkipUnless(GaloisKernel.IsSupported(width), $"This machine lacks the instructions of {name}.");

        for (var targets = 1; targets <= 50; targets++)
        {
            foreach (var (sources, bytes, gap) in new[] { (1, 64, 0), (2, 127, 1), (45, 129, 72), (91, 1400, 72), (16, 1408, 0) })
            {
                var product = (sources, targets, bytes, gap, Seed: targets);
                Assert.Equal(Computed<GfniTransform>(GaloisWidth.Scalar, product), Computed<GfniTransform>(width, product));
            }
        }

        foreach (var product in new[] { (231, 24, 8900, 72, 1), (30, 225, 1400, 0, 2), (3, 7, 65_435, 1, 3) })
        {
            Assert.Equal(Computed<GfniTransform>(GaloisWidth.Scalar, product), Computed<GfniTransform>(width, product));
        }
    }

    [Fact]
    public void The_bit_matrix_of_a_factor_multiplies_every_byte_by_it()
    {
        var factors = new GaloisFactors(GaloisWidth.Affine512);
        factors.Resize(1, 1);
        for (var factor = 0; factor < 256; factor++)
        {
            factors.Set(0, 0, (byte)factor);
            var matrix = BitConverter.ToUInt64(factors.Bytes);
            for (var value = 0; value < 256; value++)
            {
                Assert.Equal(GaloisField.Multiply((byte)factor, (byte)value), ModelledTransform.Transform((byte)value, matrix));
            }
        }
    }

    [Fact]
    public void The_field_is_a_field() =>
        Gen.Select(Gen.Byte, Gen.Byte, Gen.Byte).Sample((a, b, c) =>
            GaloisField.Multiply(a, GaloisField.Multiply(b, c)) == GaloisField.Multiply(GaloisField.Multiply(a, b), c)
            && GaloisField.Multiply(a, (byte)(b ^ c)) == (GaloisField.Multiply(a, b) ^ GaloisField.Multiply(a, c))
            && (a == 0 || GaloisField.Multiply(a, GaloisField.Inverse(a)) == 1));

    [Fact]
    public void Symbols_outside_of_the_block_or_without_factors_are_a_bug_that_throws()
    {
        var factors = new GaloisFactors(GaloisKernel.Widest);
        factors.Resize(1, 2);

        Assert.Throws<ArgumentOutOfRangeException>(() => GaloisKernel.Multiply(factors, new byte[3 * 64], 64, [0, 1], [3], 64));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaloisKernel.Multiply(factors, new byte[3 * 64], 64, [0, 3], [2], 64));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaloisKernel.Multiply(factors, new byte[3 * 64], 65, [0, 1], [2], 64));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaloisKernel.Multiply(factors, new byte[3 * 64], 63, [0, 1], [2], 63));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaloisKernel.Multiply(factors, new byte[9 * 64], 64, [0, 1, 2], [3], 64));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaloisKernel.Multiply(factors, new byte[9 * 64], 64, [0, 1], [3, 4], 64));
    }

    private static byte[] Computed<TTransform>(GaloisWidth width, (int Sources, int Targets, int Bytes, int Gap, int Seed) product)
        where TTransform : struct, IAffineTransform
    {
        var random = new Random(product.Seed);
        var symbols = Enumerable.Range(0, product.Sources + product.Targets).Select(i => (byte)i).ToArray();
        random.Shuffle(symbols);
        var factors = new GaloisFactors(width);

        // Room for more than is asked for, as where a block is shorter than most.
        factors.Resize(product.Targets + 1, product.Sources + 1);
        for (var source = 0; source < product.Sources; source++)
        {
            for (var target = 0; target < product.Targets; target++)
            {
                factors.Set(target, source, (byte)random.Next(256));
            }
        }

        var stride = product.Bytes + product.Gap;
        var block = new byte[(symbols.Length - 1) * stride + product.Bytes];
        random.NextBytes(block);
        GaloisKernel.Multiply<TTransform>(factors, block, stride, symbols.AsSpan(0, product.Sources), symbols.AsSpan(product.Sources), product.Bytes);
        return block;
    }

    /// <summary>GF2P8AFFINEQB as the Intel 64 and IA-32 Architectures Software Developer's Manual writes it.</summary>
    private readonly struct ModelledTransform : IAffineTransform
    {
        public static byte Transform(byte value, ulong matrix)
        {
            var result = 0;
            for (var i = 0; i < 8; i++)
            {
                var row = matrix >> (8 * (7 - i));
                result |= (BitOperations.PopCount(row & value) & 1) << i;
            }

            return (byte)result;
        }

        public static Vector256<byte> Transform(Vector256<byte> bytes, Vector256<byte> matrices) => Transform(bytes.ToVector512(), matrices.ToVector512()).GetLower();

        public static Vector512<byte> Transform(Vector512<byte> bytes, Vector512<byte> matrices)
        {
            Span<byte> results = stackalloc byte[Vector512<byte>.Count];
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = Transform(bytes[i], matrices.AsUInt64()[i / 8]);
            }

            return Vector512.Create<byte>(results);
        }
    }
}
