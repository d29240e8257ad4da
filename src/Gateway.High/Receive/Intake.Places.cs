using Gateway.Core.Manifests;
using Gateway.Core.Wire;
using Gateway.High.Verify;
using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>Where blocks of an import go, and which of them are here.</summary>
public sealed partial class Intake
{
    private async Task<BlockDestination?> PlaceAsync(
        ImportRecord import, Admitted admitted, SessionHeader header, bool isScarce, CancellationToken cancellationToken)
    {
        var tree = StagedTree.Of(staging.TreeOf(import.Id), admitted.Manifest);
        var blocks = await FindBlocksAsync(import, header.Geometry.PayloadBytes, cancellationToken).ConfigureAwait(false);
        if (await catalog.IsDamagedAsync(import.Id, cancellationToken).ConfigureAwait(false))
        {
            SetAsideUnlooked(import.Id, admitted.Manifest, blocks);
        }

        if (isScarce)
        {
            blocks = await TryCompleteAsync(import, blocks, cancellationToken).ConfigureAwait(false);
            if (!staging.HasRoom(blocks.TotalBytes - blocks.WrittenBytes))
            {
                // Less could be linked than was counted.
                await catalog.SuspendAsync(import.Id, cancellationToken).ConfigureAwait(false);
                return null;
            }
        }

        var destination = new BlockDestination(
            tree,
            blocks,
            (progress, token) => ReportAsync(import, progress, token),
            failure => SuspendAsync(import.Id, failure));
        if (blocks.Missing == 0)
        {
            // All files are empty, or the crash came before the last report: no block will come to say so.
            await destination.SessionEndedAsync(cancellationToken).ConfigureAwait(false);
        }

        return destination;
    }

    /// <summary>
    /// Of a version that is mended, files of which every block is missing make way for those blocks: they are sealed, and nobody has found them sound. A crash can come before
    /// somebody does.
    /// </summary>
    private void SetAsideUnlooked(string id, Manifest manifest, BlockBitmap blocks)
    {
        var begin = 0L;
        foreach (var file in manifest.Files)
        {
            var end = begin + file.Bytes;
            if (end > begin && !blocks.HasAny(begin / blocks.BlockBytes, (end - 1) / blocks.BlockBytes) && StagedTree.IsSealed(Path.Combine(staging.TreeOf(id), file.Path.Value)))
            {
                staging.QuarantineFile(id, file.Path.Value);
            }

            begin = end;
        }
    }

    private async Task<BlockBitmap> FindBlocksAsync(ImportRecord import, int blockBytes, CancellationToken cancellationToken)
    {
        var bitmap = Blocks(import, await catalog.FindBlocksAsync(import.Id, cancellationToken).ConfigureAwait(false), blockBytes);
        return bitmap.BlockBytes == blockBytes ? bitmap : bitmap.Regroup(blockBytes);
    }

    private static BlockBitmap Blocks(ImportRecord import, StoredBlocks? stored, int blockBytes) =>
        (stored is null ? null : BlockBitmap.FromBytes(import.Claim!.Bytes, stored.BlockBytes, stored.Bitmap)) ?? BlockBitmap.Empty(import.Claim!.Bytes, blockBytes);

    private static StoredBlocks Stored(BlockBitmap blocks) => new(blocks.BlockBytes, blocks.ToBytes());
}
