using System.Runtime.InteropServices;

namespace Gateway.Core.Wire;

/// <summary>Blocks that follow each other.</summary>
/// <param name="First">The first of them, from 0.</param>
/// <param name="Count">How many, at least 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BlockRange(long First, long Count)
{
    /// <summary>The first block behind them.</summary>
    public long End => First + Count;
}

/// <summary>Bytes of a stream that follow each other.</summary>
/// <param name="Begin">Offset of the first of them, from 0.</param>
/// <param name="End">Offset of the first byte behind them.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ByteSpan(long Begin, long End);

/// <summary>Some blocks of a stream: ranges in ascending order that neither overlap nor touch, so that equal blocks are equal ranges.</summary>
public sealed class BlockRanges : IEquatable<BlockRanges>
{
    private readonly BlockRange[] ranges;

    private BlockRanges(BlockRange[] ranges)
    {
        this.ranges = ranges;
        foreach (var range in ranges)
        {
            Blocks += range.Count;
        }
    }

    /// <summary>No block.</summary>
    public static BlockRanges None { get; } = new([]);

    /// <summary>The ranges, ascending.</summary>
    public IReadOnlyList<BlockRange> Ranges => ranges;

    /// <summary>Blocks in all ranges.</summary>
    public long Blocks { get; }

    /// <summary>The first block behind all of them; 0 where there is none.</summary>
    public long End => ranges.Length == 0 ? 0 : ranges[^1].End;

    /// <summary>Sorts and joins ranges that may be in any order, overlap or touch. A range without blocks is left out; one that begins below 0 is a bug.</summary>
    public static BlockRanges Of(IEnumerable<BlockRange> some)
    {
        var joined = new List<BlockRange>();
        foreach (var range in some.Where(r => r.Count > 0).OrderBy(r => r.First))
        {
            ArgumentOutOfRangeException.ThrowIfNegative(range.First, nameof(some));
            if (joined.Count > 0 && range.First <= joined[^1].End)
            {
                joined[^1] = joined[^1] with { Count = Math.Max(joined[^1].End, range.End) - joined[^1].First };
            }
            else
            {
                joined.Add(range);
            }
        }

        return joined.Count == 0 ? None : new([.. joined]);
    }

    /// <summary>The blocks from one on.</summary>
    /// <param name="first">The first.</param>
    /// <param name="end">The block behind the last; where it is not beyond the first, there is none.</param>
    public static BlockRanges Between(long first, long end) => Of([new(first, end - first)]);

    /// <summary>The blocks of which every byte lies in spans of the stream.</summary>
    /// <param name="spans">Ascending, without overlap; where one begins at the end of another, they are one.</param>
    /// <param name="payloadBytes">Bytes of the stream in one block.</param>
    /// <param name="streamBytes">Bytes of the stream; the last block ends there.</param>
    public static BlockRanges Inside(IEnumerable<ByteSpan> spans, int payloadBytes, long streamBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(payloadBytes);
        var joined = new List<ByteSpan>();
        foreach (var span in spans)
        {
            if (joined.Count > 0 && joined[^1].End == span.Begin)
            {
                joined[^1] = joined[^1] with { End = span.End };
            }
            else
            {
                joined.Add(span);
            }
        }

        // The last block is whole where the stream ends.
        return Of(joined.Select(span => (First: (span.Begin + payloadBytes - 1) / payloadBytes, End: (span.End == streamBytes ? span.End + payloadBytes - 1 : span.End) / payloadBytes))
            .Select(blocks => new BlockRange(blocks.First, blocks.End - blocks.First)));
    }

    /// <summary>Those of so many blocks, counted from 0, that are none of these.</summary>
    public BlockRanges Others(long blocks)
    {
        var others = new List<BlockRange>();
        var next = 0L;
        foreach (var range in ranges)
        {
            others.Add(new(next, range.First - next));
            next = range.End;
        }

        others.Add(new(next, blocks - next));
        return Of(others);
    }

    /// <summary>As many of the ranges as are wanted, the longest of them.</summary>
    public BlockRanges Longest(int count) => ranges.Length <= count ? this : Of(ranges.OrderByDescending(range => range.Count).Take(count));

    /// <summary>Those of them from one on.</summary>
    public BlockRanges From(long first) =>
        Of(ranges.Where(r => r.End > first).Select(r => r.First < first ? new BlockRange(first, r.End - first) : r));

    /// <summary>The number of each block, ascending.</summary>
    public IEnumerable<long> Numbers()
    {
        foreach (var range in ranges)
        {
            for (var block = range.First; block < range.End; block++)
            {
                yield return block;
            }
        }
    }

    /// <summary>The same blocks in the same order, at most so many at a time.</summary>
    public IEnumerable<BlockRanges> InGroupsOf(int blocks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blocks);
        var group = new List<BlockRange>();
        long room = blocks;
        foreach (var range in ranges)
        {
            for (var first = range.First; first < range.End;)
            {
                var part = new BlockRange(first, Math.Min(room, range.End - first));
                group.Add(part);
                (first, room) = (part.End, room - part.Count);
                if (room == 0)
                {
                    yield return new([.. group]);
                    group.Clear();
                    room = blocks;
                }
            }
        }

        if (group.Count > 0)
        {
            yield return new([.. group]);
        }
    }

    /// <summary>True where the block is one of them.</summary>
    public bool Contains(long block) => At(block) is var at && at < ranges.Length && ranges[at].First <= block;

    /// <summary>True where one of the blocks from <paramref name="first"/> on is one of them.</summary>
    public bool ContainsAny(long first, long count) => count > 0 && At(first) is var at && at < ranges.Length && ranges[at].First < first + count;

    /// <summary>Those of either.</summary>
    public BlockRanges With(BlockRanges other) => Of(ranges.Concat(other.ranges));

    /// <summary>The blocks of another length that hold a byte of these: what a stream cut otherwise has to send again.</summary>
    /// <param name="payloadBytes">Bytes of the stream in one of these blocks.</param>
    /// <param name="otherPayloadBytes">Bytes of the stream in one of the blocks wanted.</param>
    /// <param name="streamBytes">Bytes of the stream; the last block ends there. No block may begin behind it.</param>
    public BlockRanges Recut(int payloadBytes, int otherPayloadBytes, long streamBytes)
    {
        if (payloadBytes == otherPayloadBytes)
        {
            return this;
        }

        return Of(ranges.Select(range =>
        {
            var from = range.First * payloadBytes / otherPayloadBytes;
            var last = (Math.Min(range.End * payloadBytes, streamBytes) - 1) / otherPayloadBytes;
            return new BlockRange(from, last - from + 1);
        }));
    }

    public bool Equals(BlockRanges? other) => other is not null && ranges.AsSpan().SequenceEqual(other.ranges);

    public override bool Equals(object? obj) => Equals(obj as BlockRanges);

    public override int GetHashCode() => HashCode.Combine(ranges.Length, Blocks, End);

    public override string ToString() => string.Join(", ", ranges.Select(r => r.Count == 1 ? $"{r.First}" : $"{r.First}-{r.End - 1}"));

    /// <summary>Index of the first range that ends behind a block.</summary>
    private int At(long block)
    {
        var (low, high) = (0, ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ranges[middle].End <= block ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
