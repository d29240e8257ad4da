using Gateway.Core;
using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>Gives up incomplete imports whose release has expired: nothing can complete them, and they hold space.</summary>
public sealed class ExpiryService(HighCatalog catalog, StagingArea staging, ImportLocks locks, TimeProvider time) : BackgroundService
{
    /// <summary>Time between two looks; releases last for days.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Looks once. A header that arrives meanwhile is refused for the same reason, and one that was complete meanwhile is left to its verification.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var open = await catalog.ListOpenAsync(cancellationToken).ConfigureAwait(false);
        foreach (var expired in open.Where(import => import.State == ImportState.Incomplete && now >= import.Claim!.NotAfter))
        {
            using var alone = await locks.TakeAsync(expired.Id, cancellationToken).ConfigureAwait(false);
            if (!(await catalog.FindAsync(expired.Id, cancellationToken).ConfigureAwait(false)).Succeeded(out var import, out _) || import.State != ImportState.Incomplete)
            {
                // What it lacked was published meanwhile.
                continue;
            }

            if (await catalog.IsDamagedAsync(import.Id, cancellationToken).ConfigureAwait(false))
            {
                // What is sound of a version that was published is all that is left of it.
                staging.Quarantine(import.Id);
            }
            else
            {
                staging.Remove(import.Id);
            }

            var refusal = new Refusal(RefusalCode.Expired, "before all of it had arrived");
            await catalog.QuarantineAsync(import.Id, refusal, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await SweepAsync(stoppingToken).ConfigureAwait(false);
        }
    }
}
