using Gateway.Hosting.Configuration;
using Gateway.Storage;
using Gateway.Storage.High;

namespace Gateway.High.Publish;

/// <summary>How long bytes are kept that no reader has any more.</summary>
/// <param name="RevokedDays">Days after its revocation in which people may still look into a version.</param>
public sealed record RetentionOptions(
    [property: Limit(1, 3660, "days", "an incident is looked into in days; ten years is for ever")] int RevokedDays = 30);

/// <summary>
/// Frees the bytes of revoked versions once their time is over. What another version or view has under a name of its own is another link to it, and stays. The
/// record, <c>_REVOKED</c> and the signed documents stay for good.
/// </summary>
public sealed partial class RevokedBytes(StorageRoot storage, HighCatalog catalog, RetentionOptions options, TimeProvider time, ILogger<RevokedBytes> logger) : BackgroundService
{
    /// <summary>Time between two looks; bytes are kept for days.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Looks once.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var withdrawing = (await catalog.ListToWithdrawAsync(cancellationToken).ConfigureAwait(false)).Select(import => import.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var directory in Directory.EnumerateDirectories(Withdrawal.DirectoryIn(storage)).ToList())
        {
            var id = Path.GetFileName(directory);
            if (withdrawing.Contains(id)
                || !(await catalog.FindAsync(id, cancellationToken).ConfigureAwait(false)).Succeeded(out var import, out _)
                || import.Revocation?.CarriedOut is not { } revoked || revoked.AddDays(options.RevokedDays) > time.GetUtcNow())
            {
                continue;
            }

            // On record first: what a crash leaves is found by the next look.
            await catalog.RecordBytesDeletedAsync(id, cancellationToken).ConfigureAwait(false);
            DurableFiles.DeleteTree(directory);
            LogDeleted(logger, id);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await SweepAsync(stoppingToken).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    [LoggerMessage(1, LogLevel.Information, "The bytes of revoked import {TransferId} are deleted")]
    private static partial void LogDeleted(ILogger logger, string transferId);
}
