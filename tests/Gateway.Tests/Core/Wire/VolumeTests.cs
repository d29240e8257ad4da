using CsCheck;
using Gateway.Core;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

/// <summary>Volumes, slab by slab and stripe by stripe.</summary>
public sealed class VolumeTests
{
    private const int SlabBytes = VolumeGeometry.MinimumSlabBytes;

    private static readonly Gen<Volume> Volumes =
        from dataVolumes in Gen.Int[1, 200]
        from parityVolumes in Gen.Int[0, 55]
        from index in Gen.Int[0, dataVolumes + parityVolumes - 1]
        from laneTag in Gen.UInt
        from set in Gen.Select(Gen.ULong, Gen.ULong)
        from session in Gen.ULong[1, ulong.MaxValue]
        from stripes in Gen.Long[1, Volume.MaximumStripes]
        select new Volume(laneTag, new UInt128(set.Item1, set.Item2), session, GeometryOf(dataVolumes, parityVolumes), index, stripes);

    [Fact]
    public void A_header_reads_back_and_with_any_bit_changed_does_not() =>
        Gen.Select(Volumes, Gen.Int[0, Volume.HeaderBytes * 8 - 1]).Sample((volume, bit) =>
        {
            var bytes = new byte[Volume.HeaderBytes];
            volume.Write(bytes);
            Assert.True(Volume.TryRead(bytes, out var read));
            Assert.Equal(volume, read);
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(Volume.TryRead(bytes, out _));
        });

    [Fact]
    public void A_header_that_is_cut_anywhere_or_noise_is_none()
    {
        var bytes = new byte[Volume.HeaderBytes];
        new Volume(1, 2, 3, GeometryOf(4, 2), 5, 6).Write(bytes);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(Volume.TryRead(bytes.AsSpan(0, length), out _));
        }

        Gen.Byte.Array[0, 200].Sample(noise => Assert.False(Volume.TryRead(noise, out _)), iter: 2000);
    }

    [Theory]
    [InlineData(0, 1, SlabBytes)]
    [InlineData(200, 56, SlabBytes)]
    [InlineData(256, 0, SlabBytes)]
    [InlineData(2, 1, SlabBytes - 64)]
    [InlineData(2, 1, SlabBytes + 1)]
    [InlineData(200, 55, 512 << 10)]
    public void A_geometry_out_of_its_limits_is_refused(int dataVolumes, int parityVolumes, int slabBytes) =>
        Assert.Equal(RefusalCode.HeaderInvalid, VolumeGeometry.Create(dataVolumes, parityVolumes, slabBytes).Refusal?.Code);

    [Fact]
    public void A_session_takes_as_few_volumes_as_fit_and_none_grows_beyond_its_most() =>
        Gen.Select(Gen.Long[1, 1 << 20], Gen.Long[1 << 20, 1L << 32], Gen.Int[0, 8]).Sample((slabs, volumeBytes, parityVolumes) =>
        {
            if (VolumeGeometry.For(slabs, volumeBytes, parityVolumes).Succeeded(out var geometry, out var refusal))
            {
                var stripes = (slabs - 1) / geometry.DataVolumes + 1;
                Assert.InRange(geometry.FileBytes(stripes), 1, volumeBytes);
                Assert.True(geometry.DataVolumes == 1 || geometry.FileBytes((slabs - 1) / (geometry.DataVolumes - 1) + 1) > volumeBytes);
                Assert.Equal(parityVolumes, geometry.ParityVolumes);
            }
            else
            {
                Assert.Equal(RefusalCode.TooLarge, refusal.Code);
                Assert.Contains("volumeBytes", refusal.Detail, StringComparison.Ordinal);
            }
        });

    [Fact]
    public void Datagrams_of_a_slab_come_back_in_their_order() =>
        Gen.Byte.Array[1, 9000].Array[0, 20].Sample(datagrams =>
        {
            var content = new byte[SlabBytes];
            var used = 0;
            var taken = datagrams.TakeWhile(d => VolumeSlab.TryAppend(content, ref used, d)).ToList();
            var read = 0;
            foreach (var datagram in taken)
            {
                Assert.True(VolumeSlab.TryNext(content, ref read, out var next));
                Assert.Equal(datagram, next.ToArray());
            }

            Assert.False(VolumeSlab.TryNext(content, ref read, out _));
            Assert.True(taken.Count == datagrams.Length || SlabBytes - used < datagrams[taken.Count].Length + 2);
        });

    [Fact]
    public void A_slab_holds_as_many_datagrams_as_it_says()
    {
        var content = new byte[SlabBytes];
        var datagram = new byte[1472];
        var (used, count) = (0, 0);
        while (VolumeSlab.TryAppend(content, ref used, datagram))
        {
            count++;
        }

        Assert.Equal(VolumeSlab.DatagramsIn(SlabBytes, datagram.Length), count);
    }

    [Fact]
    public void Noise_in_a_slab_is_read_to_its_end_and_not_beyond() =>
        Gen.Byte.Array[0, 500].Sample(
            noise =>
            {
                var read = 0;
                while (VolumeSlab.TryNext(noise, ref read, out var datagram))
                {
                    Assert.InRange(datagram.Length, 1, noise.Length);
                }

                Assert.InRange(read, 0, noise.Length);
            },
            iter: 5000);

    [Fact]
    public void A_seal_tells_any_changed_bit_and_any_other_place() =>
        Gen.Select(Volumes, Gen.Byte.Array[64, 200], Gen.Long[0, 1000], Gen.Int[0, 63 * 8]).Sample((volume, content, stripe, bit) =>
        {
            var seal = new byte[VolumeSlab.SealBytes];
            VolumeSlab.Seal(volume, stripe, content, seal);
            Assert.True(VolumeSlab.IsWhole(volume, stripe, content, seal));
            Assert.False(VolumeSlab.IsWhole(volume, stripe + 1, content, seal));
            Assert.False(VolumeSlab.IsWhole(volume with { Set = volume.Set ^ 1 }, stripe, content, seal));
            Assert.False(VolumeSlab.IsWhole(volume with { Index = volume.Index + 1 }, stripe, content, seal));
            content[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(VolumeSlab.IsWhole(volume, stripe, content, seal));
        });

    [Fact]
    public void Any_volumes_up_to_the_parity_may_be_missing_and_one_more_may_not() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 4], Gen.Int).Sample(
            (dataVolumes, parityVolumes, seed) =>
            {
                var geometry = GeometryOf(dataVolumes, parityVolumes);
                var random = new Random(seed);
                var written = new VolumeStripe(geometry);
                for (var volume = 0; volume < dataVolumes; volume++)
                {
                    random.NextBytes(written.Content(volume).Span);
                }

                written.Encode();
                var order = Enumerable.Range(0, geometry.Volumes).ToArray();
                random.Shuffle(order);
                var missing = random.Next(parityVolumes + 1);
                Assert.True(Read(written, geometry, order[missing..], out var read));
                for (var volume = 0; volume < dataVolumes; volume++)
                {
                    Assert.True(read.Has(volume));
                    Assert.True(read.Content(volume).Span.SequenceEqual(written.Content(volume).Span));
                }

                var tooFew = order[(parityVolumes + 1)..];
                Assert.False(Read(written, geometry, tooFew, out var lacking) && tooFew.Count(v => v < dataVolumes) < dataVolumes);
                Assert.All(Enumerable.Range(0, dataVolumes), v => Assert.Equal(tooFew.Contains(v), lacking.Has(v)));
            },
            iter: 40);

    private static bool Read(VolumeStripe written, VolumeGeometry geometry, int[] volumes, out VolumeStripe read)
    {
        read = new VolumeStripe(geometry);
        foreach (var volume in volumes)
        {
            written.Content(volume).CopyTo(read.Content(volume));
            read.Mark(volume);
        }

        return read.TryRecover();
    }

    private static VolumeGeometry GeometryOf(int dataVolumes, int parityVolumes) =>
        VolumeGeometry.Create(dataVolumes, parityVolumes, SlabBytes).Succeeded(out var geometry, out var refusal) ? geometry : throw new InvalidOperationException(refusal.Sentence);
}
