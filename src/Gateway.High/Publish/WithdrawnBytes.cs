using Gateway.Storage;
using Gateway.Storage.High;

namespace Gateway.High.Publish;

/// <summary>
/// Frees the bytes of versions that were taken from readers: of retired ones at once, of revoked ones when their time is over. What another version or view has
/// under a name of its own is another link to it, and stays. The record, the marker and the signed documents stay for good.
/// </summary>
public sealed partial class WithdrawnBytes(StorageRoot storage, HighCatalog catalog, RetentionOptions options, TimeProvider time, ILogger<WithdrawnBytes> logger)
{
    /// <summary>Looks once at all that was withdrawn; also at what a crash or a failing disk left of it.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var withdrawing = (await catalog.ListToWithdrawAsync(cancellationToken).ConfigureAwait(false)).Select(import => import.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var directory in WithdrawnMarker.Directories(storage).SelectMany(Directory.EnumerateDirectories).ToList())
        {
            var id = Path.GetFileName(directory);
            if (!withdrawing.Contains(id)
                && (await catalog.FindAsync(id, cancellationToken).ConfigureAwait(false)).Succeeded(out var import, out _)
                && IsOver(import) && WithdrawnMarker.TreeOf(storage, import) == directory)
            {
                await FreeAsync(import, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Frees the bytes of a version whose withdrawal is complete.</summary>
    public async Task FreeAsync(ImportRecord import, CancellationToken cancellationToken)
    {
        // On record first: what a crash leaves is found by the next look.
        await catalog.RecordBytesDeletedAsync(import.Id, cancellationToken).ConfigureAwait(false);
        await catalog.ForgetFilesAsync(import.Id, cancellationToken).ConfigureAwait(false);
        DurableFiles.DeleteTree(WithdrawnMarker.TreeOf(storage, import));
        LogDeleted(logger, import.State.Word(), import.Id);
    }

    private bool IsOver(ImportRecord import) => import.State switch
    {
        ImportState.Retired => true,
        ImportState.Revoked => import.Revocation?.CarriedOut is { } revoked && revoked.AddDays(options.RevokedDays) <= time.GetUtcNow(),
        _ => false,
    };

    [LoggerMessage(1, LogLevel.Information, "The bytes of {State} import {TransferId} are deleted")]
    private static partial void LogDeleted(ILogger logger, string state, string transferId);
}
