using Gateway.High.Publish;
using Gateway.High.Scrubbing;
using Gateway.High.Verify;
using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>Puts the disk and the catalog back in step when the service starts, before a lane is opened.</summary>
public sealed partial class Restart(
    HighCatalog catalog, StagingArea staging, Publication publication, Withdrawal withdrawal, Damage damage, WaitingImports waiting, ExpiryService expiry, ILogger<Restart> logger)
{
    /// <summary>
    /// Publications that were interrupted are settled. Then imports that were receiving wait for their transfer to be sent again unless they expired
    /// meanwhile, whole ones are verified from the beginning, and directories that belong to none are removed.
    /// </summary>
    public async Task CarryOnAsync(CancellationToken cancellationToken)
    {
        var open = await catalog.ListOpenAsync(cancellationToken).ConfigureAwait(false);
        var settled = new HashSet<string>(StringComparer.Ordinal);

        // All of them before anything is queued, lower sequences first: a version that has its name already would be refused after a newer one.
        foreach (var import in open.Where(import => import.State == ImportState.Verifying).OrderBy(import => import.Claim!.Sequence))
        {
            if (await SettleAsync(import, cancellationToken).ConfigureAwait(false))
            {
                settled.Add(import.Id);
            }
        }

        foreach (var import in open.Where(import => !settled.Contains(import.Id)))
        {
            if (import.State == ImportState.Verifying)
            {
                await waiting.AddAsync(import.Id, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await catalog.SuspendAsync(import.Id, cancellationToken).ConfigureAwait(false);
            }
        }

        await withdrawal.CarryOnAsync(cancellationToken).ConfigureAwait(false);
        await damage.CarryOnAsync(cancellationToken).ConfigureAwait(false);
        staging.RemoveAllBut(open.Select(import => import.Id).ToHashSet(StringComparer.Ordinal));
        await RemoveDeletedAsync(cancellationToken).ConfigureAwait(false);
        await expiry.SweepAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes bytes that are on record as deleted: a crash came before they were gone.</summary>
    private async Task RemoveDeletedAsync(CancellationToken cancellationToken)
    {
        foreach (var id in staging.ListQuarantined())
        {
            if ((await catalog.FindAsync(id, cancellationToken).ConfigureAwait(false)).Succeeded(out var import, out _) && import.BytesDeleted is not null)
            {
                staging.DeleteQuarantined(id);
            }
        }
    }

    /// <summary>Ends a publication that was interrupted; false where there is none and the import is verified from the beginning.</summary>
    private async Task<bool> SettleAsync(ImportRecord import, CancellationToken cancellationToken)
    {
        try
        {
            if (await publication.ResumeAsync(import, cancellationToken).ConfigureAwait(false) is not { } outcome)
            {
                return false;
            }

            if (outcome.Succeeded(out _, out var refusal))
            {
                HighTelemetry.Imports.Add(1, new KeyValuePair<string, object?>("outcome", "published"));
                return true;
            }

            staging.Quarantine(import.Id);
            await catalog.QuarantineAsync(import.Id, refusal, cancellationToken).ConfigureAwait(false);
            HighTelemetry.Imports.Add(1, new KeyValuePair<string, object?>("outcome", refusal.Name));
            LogWithdrawn(logger, import.Id, refusal.Name, refusal.Detail);
        }
#pragma warning disable CA1031 // One import that a damaged disk holds back must not hold back all others at every start.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogLeft(logger, e, import.Id);
        }

        return true;
    }

    [LoggerMessage(1, LogLevel.Error, "Import {TransferId} is withdrawn from readers: its publication had been interrupted, and the ledger refuses it: {Refusal} ({Detail})")]
    private static partial void LogWithdrawn(ILogger logger, string transferId, string refusal, string detail);

    [LoggerMessage(
        2,
        LogLevel.Critical,
        "Import {TransferId} stays unpublished: its interrupted publication could neither be completed nor withdrawn; mend the cause and start again")]
    private static partial void LogLeft(ILogger logger, Exception cause, string transferId);
}
