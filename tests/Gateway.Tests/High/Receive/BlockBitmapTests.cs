using CsCheck;
using Gateway.High.Receive;
using Xunit;

namespace Gateway.Tests.High.Receive;

public sealed class BlockBitmapTests
{
    private static readonly Gen<(int Bytes, int Block, int[] Marked)> Streams =
        from bytes in Gen.Int[1, 5_000]
        from block in Gen.Int[1, 300]
        from marked in Gen.Int[0, (bytes - 1) / block].Array[0, 50]
        select (bytes, block, marked);

    [Fact]
    public void Written_bytes_are_those_of_the_marked_blocks_and_survive_the_bytes_form() =>
        Streams.Sample(s =>
        {
            var bitmap = BlockBitmap.Empty(s.Bytes, s.Block);
            foreach (var block in s.Marked)
            {
                bitmap.Mark(block);
            }

            var again = BlockBitmap.FromBytes(s.Bytes, s.Block, bitmap.ToBytes());
            Assert.NotNull(again);
            Assert.Equal(s.Marked.Distinct().Sum(b => bitmap.LengthOf(b)), again.WrittenBytes);
            Assert.Equal(bitmap.Blocks - s.Marked.Distinct().Count(), again.Missing);
        });

    [Fact]
    public void Regrouping_claims_a_block_only_where_every_byte_of_it_was_claimed() =>
        Gen.Select(Streams, Gen.Int[1, 300]).Sample((s, block) =>
        {
            var bitmap = BlockBitmap.Empty(s.Bytes, s.Block);
            foreach (var marked in s.Marked)
            {
                bitmap.Mark(marked);
            }

            var regrouped = bitmap.Regroup(block);
            for (var b = 0; b < regrouped.Blocks; b++)
            {
                var whole = Enumerable.Range(b * block, regrouped.LengthOf(b)).All(at => bitmap.Has(at / s.Block));
                Assert.Equal(whole, regrouped.Has(b));
            }
        });

    [Theory]
    [InlineData(100, 10, new byte[] { 0xff })]
    [InlineData(100, 10, new byte[] { 0xff, 0x04 })]
    [InlineData(100, 10, new byte[] { 0xff, 0x03, 0x00 })]
    public void Bytes_that_are_no_bitmap_of_the_stream_are_refused(long total, int block, byte[] bytes) =>
        Assert.Null(BlockBitmap.FromBytes(total, block, bytes));
}
