using System.Numerics;
using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>Which blocks of a byte stream have been written. Bit <c>n % 8</c> of byte <c>n / 8</c> stands for block <c>n</c>.</summary>
public sealed class BlockBitmap
{
    /// <summary>Most blocks of one transfer: a bitmap of 8 MiB, and 16 TiB in blocks of 256 KiB. The geometry is chosen by the sender, so it needs a bound.</summary>
    public const long MaximumBlocks = 1L << 26;

    private readonly byte[] bits;

    private BlockBitmap(long totalBytes, int blockBytes, byte[] bits)
    {
        TotalBytes = totalBytes;
        BlockBytes = blockBytes;
        this.bits = bits;
        Blocks = CountBlocks(totalBytes, blockBytes);
        foreach (var part in bits)
        {
            Written += BitOperations.PopCount(part);
        }
    }

    /// <summary>Bytes of the whole stream.</summary>
    public long TotalBytes { get; }

    /// <summary>Bytes of the stream in one block; the last block may hold fewer.</summary>
    public int BlockBytes { get; }

    /// <summary>Blocks of the stream; 0 for an empty stream.</summary>
    public long Blocks { get; }

    /// <summary>Blocks marked.</summary>
    public long Written { get; private set; }

    /// <summary>Blocks not marked.</summary>
    public long Missing => Blocks - Written;

    /// <summary>Bytes of the stream in the marked blocks.</summary>
    public long WrittenBytes =>
        Written == 0 ? 0 : (Written * BlockBytes) - (Has(Blocks - 1) ? BlockBytes - LengthOf(Blocks - 1) : 0);

    /// <summary>Blocks that a stream is cut into.</summary>
    public static long CountBlocks(long totalBytes, int blockBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(totalBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockBytes);
        return (totalBytes / blockBytes) + (totalBytes % blockBytes == 0 ? 0 : 1);
    }

    /// <summary>A bitmap with nothing marked.</summary>
    public static BlockBitmap Empty(long totalBytes, int blockBytes)
    {
        var blocks = CountBlocks(totalBytes, blockBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, MaximumBlocks);
        return new(totalBytes, blockBytes, new byte[(blocks + 7) / 8]);
    }

    /// <summary>Takes back what <see cref="ToBytes"/> gave. Bits beyond the last block, or another length, are damage: null.</summary>
    public static BlockBitmap? FromBytes(long totalBytes, int blockBytes, ReadOnlySpan<byte> bytes)
    {
        var blocks = CountBlocks(totalBytes, blockBytes);
        if (blocks > MaximumBlocks || bytes.Length != (blocks + 7) / 8)
        {
            return null;
        }

        var spare = (int)((bytes.Length * 8L) - blocks);
        return spare > 0 && bytes[^1] >> (8 - spare) != 0 ? null : new BlockBitmap(totalBytes, blockBytes, bytes.ToArray());
    }

    /// <summary>Bytes of the stream in one block.</summary>
    public int LengthOf(long block) => (int)Math.Min(BlockBytes, TotalBytes - (block * BlockBytes));

    /// <summary>True where the block is marked; false too for a number that is no block's.</summary>
    public bool Has(long block) => block >= 0 && block < Blocks && (bits[block >> 3] >> (int)(block & 7) & 1) != 0;

    /// <summary>True where one of the blocks from one to another, which are both blocks, is marked.</summary>
    public bool HasAny(long first, long last)
    {
        for (var block = first; block <= last; block++)
        {
            if (Has(block))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Marks a block.</summary>
    public void Mark(long block)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(block, Blocks);
        if (!Has(block))
        {
            bits[block >> 3] |= (byte)(1 << (int)(block & 7));
            Written++;
        }
    }

    /// <summary>Marks blocks.</summary>
    public void Mark(BlockRanges blocks)
    {
        foreach (var block in blocks.Numbers())
        {
            Mark(block);
        }
    }

    /// <summary>A copy of the bits as they are now.</summary>
    public byte[] ToBytes() => (byte[])bits.Clone();

    /// <summary>A copy that later marks do not change.</summary>
    public BlockBitmap Snapshot() => new(TotalBytes, BlockBytes, ToBytes());

    /// <summary>The same bytes as blocks of another length; a block is marked where all its bytes were.</summary>
    public BlockBitmap Regroup(int blockBytes)
    {
        var regrouped = Empty(TotalBytes, blockBytes);
        for (var block = 0L; block < regrouped.Blocks; block++)
        {
            var first = block * blockBytes / BlockBytes;
            var last = ((block * blockBytes) + regrouped.LengthOf(block) - 1) / BlockBytes;
            var whole = true;
            for (var old = first; old <= last && whole; old++)
            {
                whole = Has(old);
            }

            if (whole)
            {
                regrouped.Mark(block);
            }
        }

        return regrouped;
    }
}
