using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class BlockRangesTests
{
    private static readonly Gen<BlockRange[]> Some = Gen.Select(Gen.Long[0, 200], Gen.Long[0, 20], (first, count) => new BlockRange(first, count)).Array[0, 12];

    [Fact]
    public void Ranges_hold_exactly_the_blocks_that_were_given_whatever_their_order() =>
        Some.Sample(some =>
        {
            var blocks = BlocksOf(some);
            var ranges = BlockRanges.Of(some);
            Assert.Equal(blocks.Count, ranges.Blocks);
            Assert.Equal(blocks, BlocksOf(ranges.Ranges));
            Assert.All(Enumerable.Range(0, 230), block => Assert.Equal(blocks.Contains(block), ranges.Contains(block)));
            Assert.Equal(ranges, BlockRanges.Of(some.Reverse().SelectMany(One)));
            Assert.Equal(blocks.Count == 0 ? 0 : blocks.Max + 1, ranges.End);
        });

    [Fact]
    public void Ranges_neither_touch_nor_overlap() =>
        Some.Sample(some => Assert.All(
            BlockRanges.Of(some).Ranges.Zip(BlockRanges.Of(some).Ranges.Skip(1)), pair => Assert.True(pair.First.End < pair.Second.First)));

    [Fact]
    public void Any_of_some_blocks_is_found_and_two_sets_become_one() =>
        Gen.Select(Some, Some, Gen.Long[0, 220], Gen.Long[0, 20]).Sample((some, others, first, count) =>
        {
            var ranges = BlockRanges.Of(some);
            Assert.Equal(BlocksOf(some).Any(block => block >= first && block < first + count), ranges.ContainsAny(first, count));
            Assert.Equal(BlocksOf([.. some, .. others]), BlocksOf(ranges.With(BlockRanges.Of(others)).Ranges));
        });

    [Fact]
    public void Blocks_of_another_length_are_those_that_hold_a_byte_of_these() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 300], Some).Sample((length, otherLength, streamBytes, some) =>
        {
            var blocks = (streamBytes - 1) / length + 1;
            var within = BlocksOf(some).Where(block => block < blocks).ToList();
            var expected = within
                .SelectMany(block => Enumerable.Range((int)block * length, Math.Min(length, streamBytes - ((int)block * length))))
                .Select(at => (long)(at / otherLength));
            var recut = BlockRanges.Of(within.Select(block => new BlockRange(block, 1))).Recut(length, otherLength, streamBytes);
            Assert.Equal(new SortedSet<long>(expected), BlocksOf(recut.Ranges));
        });

    [Fact]
    public void Blocks_inside_spans_are_those_of_which_every_byte_is_in_one() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 120], Gen.Bool.Array[0, 40]).Sample((length, streamBytes, pieces) =>
        {
            // The stream in pieces of random choice: some are in a span of their own, and neighbours touch.
            var size = (streamBytes / Math.Max(1, pieces.Length)) + 1;
            var spans = pieces.Select((isIn, i) => (isIn, Begin: Math.Min(i * size, streamBytes), End: Math.Min((i + 1) * size, streamBytes)))
                .Where(piece => piece.isIn && piece.End > piece.Begin).Select(piece => new ByteSpan(piece.Begin, piece.End)).ToList();
            var blocks = (streamBytes - 1) / length + 1;
            var expected = Enumerable.Range(0, blocks)
                .Where(block => Enumerable.Range(block * length, Math.Min(length, streamBytes - (block * length))).All(at => spans.Any(span => span.Begin <= at && at < span.End)))
                .Select(block => (long)block).ToList();
            var inside = BlockRanges.Inside(spans, length, streamBytes);
            Assert.Equal(expected, inside.Numbers());
            Assert.Equal(Enumerable.Range(0, blocks).Select(block => (long)block).Except(expected), inside.Others(blocks).Numbers());
        });

    [Fact]
    public void Longest_ranges_are_kept() =>
        Gen.Select(Some, Gen.Int[0, 12]).Sample((some, count) =>
        {
            var ranges = BlockRanges.Of(some);
            var longest = ranges.Longest(count);
            Assert.Equal(Math.Min(count, ranges.Ranges.Count), longest.Ranges.Count);
            Assert.Equal(ranges.Ranges.Select(range => range.Count).OrderDescending().Take(count).Sum(), longest.Blocks);
            Assert.Equal(ranges, ranges.With(longest));
        });

    [Fact]
    public void Groups_hold_the_blocks_in_order_and_no_more_than_asked_for() =>
        Gen.Select(Some, Gen.Int[1, 30], Gen.Long[0, 230]).Sample((some, most, first) =>
        {
            var ranges = BlockRanges.Of(some);
            var groups = ranges.InGroupsOf(most).ToList();
            Assert.Equal(BlocksOf(some), groups.SelectMany(group => group.Numbers()));
            Assert.All(groups.SkipLast(1), group => Assert.Equal(most, group.Blocks));
            Assert.All(groups, group => Assert.InRange(group.Blocks, 1, most));
            Assert.Equal(BlocksOf(some).Where(block => block >= first), ranges.From(first).Numbers());
        });

    [Fact]
    public void They_are_written_as_people_write_them() =>
        Assert.Equal("3, 7-9", BlockRanges.Of([new(8, 2), new(3, 1), new(7, 1)]).ToString());

    private static SortedSet<long> BlocksOf(IEnumerable<BlockRange> ranges) => [.. ranges.SelectMany(One).Select(range => range.First)];

    private static IEnumerable<BlockRange> One(BlockRange range)
    {
        for (var block = range.First; block < range.End; block++)
        {
            yield return new(block, 1);
        }
    }
}
