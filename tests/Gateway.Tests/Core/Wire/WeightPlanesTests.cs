using System.Buffers.Binary;
using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class WeightPlanesTests
{
    private const int BlockBytes = 200 * 1400 - BlockSeal.Bytes;

    [Fact]
    public void Gaussian_weights_in_bf16_shrink_by_the_half()
    {
        foreach (var bytesBefore in new[] { 0, 1 })
        {
            var payload = Weights(BlockBytes, bytesBefore, (weight, into) => BinaryPrimitives.WriteUInt16LittleEndian(into, BFloat16(weight)), width: 2);

            var packed = Packed(payload);

            Assert.True(payload.Length / (double)packed.Length >= 1.48, $"{payload.Length / (double)packed.Length:0.000}");
            Assert.Equal(payload, Unpacked(packed, payload.Length));
        }
    }

    [Fact]
    public void Gaussian_weights_in_fp32_and_fp16_shrink_wherever_the_first_begins()
    {
        for (var bytesBefore = 0; bytesBefore < 4; bytesBefore++)
        {
            var single = Weights(BlockBytes, bytesBefore, (weight, into) => BinaryPrimitives.WriteSingleLittleEndian(into, weight), width: 4);
            var half = Weights(BlockBytes, bytesBefore, (weight, into) => BinaryPrimitives.WriteHalfLittleEndian(into, (Half)weight), width: 2);

            Assert.InRange(single.Length / (double)Packed(single).Length, 1.18, 1.3);
            Assert.InRange(half.Length / (double)Packed(half).Length, 1.15, 1.3);
            Assert.Equal(single, Unpacked(Packed(single), single.Length));
            Assert.Equal(half, Unpacked(Packed(half), half.Length));
        }
    }

    [Fact]
    public void Text_shrinks_and_comes_back()
    {
        var words = "the gateway moves a checkpoint to the other side and says what became of it ".Split(' ');
        var random = new Random(5);
        var text = System.Text.Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 60_000).Select(_ => words[random.Next(words.Length)])));

        var packed = Packed(text);

        Assert.True(text.Length / (double)packed.Length >= 1.5);
        Assert.Equal(text, Unpacked(packed, text.Length));
    }

    [Fact]
    public void Noise_and_what_is_too_short_are_not_packed()
    {
        var noise = new byte[BlockBytes];
        new Random(1).NextBytes(noise);

        Assert.False(WeightPlanes.TryPack(noise, new byte[BlockBytes], out _));
        Assert.False(WeightPlanes.TryPack(new byte[4000], new byte[4000], out _));
        Assert.False(WeightPlanes.TryPack([], new byte[10], out _));
    }

    [Fact]
    public void What_does_not_fit_is_not_packed()
    {
        var payload = Weights(BlockBytes, 0, (weight, into) => BinaryPrimitives.WriteUInt16LittleEndian(into, BFloat16(weight)), width: 2);
        var packed = Packed(payload);

        for (var room = packed.Length - 1; room > 0; room = room * 9 / 10)
        {
            Assert.False(WeightPlanes.TryPack(payload, new byte[room], out _));
        }
    }

    [Fact]
    public void Whatever_is_packed_comes_back() =>
        Gen.Select(Gen.Int[8192, 40_000], Gen.Int[0, 7], Gen.Int[1, 255], Gen.Int).Sample(
            (length, shift, values, seed) =>
            {
                // Periods of few values between bytes of noise: every width and phase comes up.
                var random = new Random(seed);
                var payload = new byte[length];
                random.NextBytes(payload);
                for (var i = shift; i < length; i += 1 + (shift & 3))
                {
                    payload[i] = (byte)(payload[i] % values);
                }

                if (WeightPlanes.TryPack(payload, new byte[length], out _))
                {
                    Assert.Equal(payload, Unpacked(Packed(payload), length));
                }
            },
            iter: 200);

    [Fact]
    public void Damaged_bytes_never_throw_and_never_give_another_length()
    {
        var payload = Weights(20_001, 1, (weight, into) => BinaryPrimitives.WriteUInt16LittleEndian(into, BFloat16(weight)), width: 2);
        var packed = Packed(payload);
        var room = new byte[payload.Length];

        Assert.False(WeightPlanes.TryUnpack(packed, new byte[payload.Length - 1]));
        Assert.False(WeightPlanes.TryUnpack(packed, new byte[payload.Length + 1]));
        for (var length = 0; length < packed.Length; length += 1 + length / 50)
        {
            Assert.False(WeightPlanes.TryUnpack(packed.AsSpan(0, length), room));
        }

        Gen.Select(Gen.Int[0, packed.Length - 1], Gen.Byte, Gen.Int[0, 40]).Sample((at, value, head) =>
        {
            var damaged = (byte[])packed.Clone();
            damaged[at] = value;
            damaged[head] ^= value;
            WeightPlanes.TryUnpack(damaged, room);
        });
        Gen.Byte.Array[0, 200].Sample(bytes => Assert.False(WeightPlanes.TryUnpack(bytes, room)));
    }

    [Fact]
    public void Packing_and_unpacking_allocate_nothing_once_begun()
    {
        var payload = Weights(BlockBytes, 0, (weight, into) => BinaryPrimitives.WriteUInt16LittleEndian(into, BFloat16(weight)), width: 2);
        var (into, room) = (new byte[BlockBytes], new byte[BlockBytes]);
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(WeightPlanes.TryPack(payload, into, out var written) && WeightPlanes.TryUnpack(into.AsSpan(0, written), room));
            Assert.True(round == 0 || GC.GetAllocatedBytesForCurrentThread() == before, $"{GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        }
    }

    private static byte[] Packed(byte[] payload)
    {
        var into = new byte[payload.Length];
        Assert.True(WeightPlanes.TryPack(payload, into, out var written));
        return into[..written];
    }

    private static byte[] Unpacked(byte[] packed, int length)
    {
        var payload = new byte[length];
        Assert.True(WeightPlanes.TryUnpack(packed, payload));
        return payload;
    }

    private static byte[] Weights(int length, int bytesBefore, Action<float, byte[]> write, int width)
    {
        var random = new Random(11);
        var payload = new byte[length];
        var element = new byte[4];
        random.NextBytes(payload);
        for (var at = bytesBefore; at + width <= length; at += width)
        {
            // Box and Muller.
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            write((float)(0.02 * normal), element);
            element.AsSpan(0, width).CopyTo(payload.AsSpan(at));
        }

        return payload;
    }

    // The nearest, ties to even.
    private static ushort BFloat16(float weight)
    {
        var bits = BitConverter.SingleToUInt32Bits(weight);
        return (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }
}
