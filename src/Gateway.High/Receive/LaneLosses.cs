using Gateway.Core.Wire;
using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>An import that waits for blocks, and which.</summary>
/// <param name="Import">The import; its header was believed.</param>
/// <param name="Missing">Its missing blocks; at least one.</param>
public sealed record IncompleteTransfer(ImportRecord Import, RepairTransfer Missing);

/// <summary>What a lane did not bring, and nothing under way brings.</summary>
/// <param name="Sessions">Sessions of which no header arrived.</param>
/// <param name="Transfers">Transfers of which blocks are missing, by id.</param>
public sealed record LaneLoss(IReadOnlyList<ulong> Sessions, IReadOnlyList<IncompleteTransfer> Transfers)
{
    /// <summary>All of it as a request.</summary>
    public RepairRequest ToRequest() => new(Sessions, [.. Transfers.Select(t => t.Missing)]);
}

/// <summary>Finds what is worth asking the low side for.</summary>
public sealed class LaneLosses(HighCatalog catalog, TimeProvider time)
{
    /// <summary>What is missing of a lane now. Sessions under way and imports whose release has expired are left out: more comes, or nothing can.</summary>
    public async Task<LaneLoss> FindAsync(LaneStatus lane, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var open = await catalog.ListOpenAsync(cancellationToken).ConfigureAwait(false);
        var transfers = new List<IncompleteTransfer>();
        foreach (var import in open.Where(i => i.State == ImportState.Incomplete && i.Session.Lane == lane.Lane && i.Claim!.NotAfter > now))
        {
            var stored = await catalog.FindBlocksAsync(import.Id, cancellationToken).ConfigureAwait(false);
            var bytes = import.Claim!.Bytes;
            var blocks = (stored is null ? null : BlockBitmap.FromBytes(bytes, stored.BlockBytes, stored.Bitmap))
                ?? BlockBitmap.Empty(bytes, FecGeometry.Default.PayloadBytes);
            if (blocks.Missing > 0)
            {
                transfers.Add(new(import, new(import.Id, blocks.BlockBytes, blocks.Blocks, MissingOf(blocks))));
            }
        }

        var active = lane.ActiveSessions.Select(s => s.Session).ToHashSet();
        return new([.. lane.MissingSessions.Where(s => !active.Contains(s))], [.. transfers.OrderBy(t => t.Import.Id, StringComparer.Ordinal)]);
    }

    /// <summary>The first of the missing blocks: as many ranges as a code can hold, and one more to say that there are more.</summary>
    private static BlockRanges MissingOf(BlockBitmap blocks)
    {
        var ranges = new List<BlockRange>();
        for (var block = 0L; block < blocks.Blocks && ranges.Count <= RepairRequest.MaximumRanges; block++)
        {
            var first = block;
            while (block < blocks.Blocks && !blocks.Has(block))
            {
                block++;
            }

            if (block > first)
            {
                ranges.Add(new(first, block - first));
            }
        }

        return BlockRanges.Of(ranges);
    }
}
