using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Gateway.Core.Wire;

/// <content>
/// The kernel for 32 registers of 64 bytes, which computes a tile of sums at a time from a group of sources. A group is as much as the second cache holds beside the one after
/// it, which is fetched meanwhile: tiles walk down columns, a few lines of each source, and no prefetcher foresees that. Between groups the sums lie in order of use.
/// </content>
internal static unsafe partial class GaloisKernel
{
    // A quarter of a second cache of 512 KiB or more: another is for a group of sources and the one after it.
    private const int TiledSumBytes = 96 << 10;
    private const int GroupBytes = 64 << 10;

    // With fewer than so many targets their sums would have room for longer pieces, of which fewer sources made a group.
    private const int FewTargets = 24;

    [SkipLocalsInit]
    private static void Affine512<TTransform>(in Product product)
        where TTransform : struct, IAffineTransform
    {
        unchecked
        {
            var room = stackalloc byte[TiledSumBytes + CacheLine];
            var sums = (byte*)((nint)(room + CacheLine - 1) & -CacheLine);
            var nothing = stackalloc ulong[2 * MostPairs];
            new Span<ulong>(nothing, 2 * MostPairs).Clear();
            var last = product.Length - Vector512<byte>.Count;
            var pairs = (product.Targets + 1) / 2;
            var piece = PieceOf(product.Length, Math.Max(2 * pairs, FewTargets), TileStep, TiledSumBytes);
            var group = GroupOf(piece);
            for (var begin = 0; begin < product.Length; begin += piece)
            {
                var end = Math.Min(begin + piece, product.Length);
                new Span<byte>(sums, ((end - begin - 1) / TileStep + 1) * TileStep * 2 * pairs).Clear();
                FetchGroup(product, group, begin, end);
                for (var first = 0; first < product.Sources; first += group)
                {
                    var sum = sums;
                    for (var column = begin; column < end; column += TileStep)
                    {
                        // A column's share of what comes after the group, in the order of memory.
                        var ahead = product.Symbol(first + group + (column - begin) * group / piece) + begin;
                        var columns = new Columns(
                            first, Math.Min(first + group, product.Sources), Math.Min(column, last), Math.Min(column + 64, last), ahead, nothing);
                        sum = Tiles<TTransform>(product, columns, pairs, sum);
                    }
                }

                StoreTiles(product, sums, begin, end);
            }
        }
    }

    /// <summary>Sources in a group: whole symbols for each column, so that while it is computed as many of the next group's are fetched; an even number.</summary>
    private static int GroupOf(int piece)
    {
        var columns = piece / TileStep;
        return (Math.Max(1, GroupBytes / (piece * columns)) * columns + 1) & ~1;
    }

    private static byte* Tiles<TTransform>(in Product product, in Columns columns, int pairs, byte* sums)
        where TTransform : struct, IAffineTransform
    {
        unchecked
        {
            var pair = 0;
            for (var tiles = (pairs + MostPairs - 1) / MostPairs; tiles > 0; tiles--)
            {
                // Tiles are as equal as can be.
                var width = (pairs - pair + tiles - 1) / tiles;
                switch (width)
                {
                    case 1:
                        Tile<TTransform, One>(product, columns, 2 * pair, sums);
                        break;
                    case 2:
                        Tile<TTransform, Two>(product, columns, 2 * pair, sums);
                        break;
                    case 3:
                        Tile<TTransform, Three>(product, columns, 2 * pair, sums);
                        break;
                    case 4:
                        Tile<TTransform, Four>(product, columns, 2 * pair, sums);
                        break;
                    case 5:
                        Tile<TTransform, Five>(product, columns, 2 * pair, sums);
                        break;
                    default:
                        Tile<TTransform, Six>(product, columns, 2 * pair, sums);
                        break;
                }

                pair += width;
                sums += 2 * width * TileStep;
            }

            return sums;
        }
    }

    // Nothing is computed meanwhile, so it is done at the pace of memory.
    private static void FetchGroup(in Product product, int group, int begin, int end)
    {
        unchecked
        {
            for (var s = 0; s < Math.Min(group, product.Sources); s++)
            {
                for (var at = begin; at < end; at += CacheLine)
                {
                    FetchFar(product.Source(s) + at);
                }
            }
        }
    }

    /// <summary>Copies the sums of a piece, [column][target][128 bytes], to where they belong.</summary>
    private static void StoreTiles(in Product product, byte* sums, int begin, int end)
    {
        unchecked
        {
            var last = product.Length - Vector512<byte>.Count;
            for (var column = begin; column < end; column += TileStep)
            {
                for (var target = 0; target < product.Targets; target++)
                {
                    Vector512.LoadAligned(sums).Store(product.Target(target) + Math.Min(column, last));
                    Vector512.LoadAligned(sums + 64).Store(product.Target(target) + Math.Min(column + 64, last));
                    sums += TileStep;
                }

                sums += (product.Targets & 1) * TileStep;
            }
        }
    }
}
