using Gateway.High.Verify;
using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>Puts the disk and the catalog back in step when the service starts, before a lane is opened.</summary>
public sealed class Restart(HighCatalog catalog, StagingArea staging, WaitingImports waiting, ExpiryService expiry)
{
    /// <summary>
    /// Imports that were receiving wait for their transfer to be sent again unless they expired meanwhile, whole ones are verified from the
    /// beginning, and directories that belong to none are removed.
    /// </summary>
    public async Task CarryOnAsync(CancellationToken cancellationToken)
    {
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var import in await catalog.ListOpenAsync(cancellationToken).ConfigureAwait(false))
        {
            if (import.State == ImportState.Verifying)
            {
                await waiting.AddAsync(import.Id, cancellationToken).ConfigureAwait(false);
                kept.Add(import.Id);
            }
            else
            {
                await catalog.SuspendAsync(import.Id, cancellationToken).ConfigureAwait(false);
                kept.Add(import.Id);
            }
        }

        staging.RemoveAllBut(kept);
        await expiry.SweepAsync(cancellationToken).ConfigureAwait(false);
    }
}
