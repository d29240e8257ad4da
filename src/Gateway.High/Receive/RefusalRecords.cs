using Gateway.Core.Ledger;
using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>
/// How many refused headers a lane may have recorded. Whoever reaches the lane makes them for nothing, while each record costs disk for good; those beyond the limit are
/// counted, and the audit record says how many. Headers that people signed have a limit of their own, so that forged ones do not hide them.
/// </summary>
public sealed class RefusalRecords(HighCatalog catalog, TimeProvider time) : BackgroundService
{
    /// <summary>Records at once: more refusals than honest senders cause together after a change of policy or trust root.</summary>
    public const int Burst = 100;

    /// <summary>Time until one more may be recorded: at this pace a year of forgery fills tens of gigabytes.</summary>
    public static readonly TimeSpan Refill = TimeSpan.FromSeconds(1);

    /// <summary>Time between two audit records that say how many were left out.</summary>
    public static readonly TimeSpan SummaryInterval = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly long origin = time.GetTimestamp();
    private readonly Dictionary<(string Lane, bool Believed), TimeSpan> usedUntil = [];
    private readonly Dictionary<string, long> leftOut = [];

    /// <summary>True where a refused header may be recorded; otherwise it is counted.</summary>
    /// <param name="lane">Lane that received it.</param>
    /// <param name="believed">True where enough people signed it.</param>
    public bool TryTake(string lane, bool believed)
    {
        var now = time.GetElapsedTime(origin);
        lock (gate)
        {
            // A token bucket as one number: each record uses up a refill of time, and a burst of them may be used ahead of the clock.
            var used = usedUntil.GetValueOrDefault((lane, believed));
            var next = (used > now ? used : now) + Refill;
            if (next - now > Burst * Refill)
            {
                leftOut[lane] = leftOut.GetValueOrDefault(lane) + 1;
                return false;
            }

            usedUntil[(lane, believed)] = next;
            return true;
        }
    }

    /// <summary>Writes how many headers were left out since the last time, one audit record for each lane that had any. What cannot be written is counted on.</summary>
    public async Task SummariseAsync(CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, long>> counts;
        lock (gate)
        {
            counts = [.. leftOut];
        }

        foreach (var (lane, count) in counts)
        {
            var detail = $"lane {lane}: {count} refused headers beyond the limit were dropped without a record of their own";
            try
            {
                await catalog
                    .AuditAsync(new AuditEntry { Actor = AuditEntry.Service, Action = "headers.dropped", Detail = detail }, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (IOException)
            {
                // The disk is full. That must not end a service which anyone can make refuse headers; the next minute's record says all of it.
                return;
            }

            lock (gate)
            {
                leftOut[lane] -= count;
                if (leftOut[lane] == 0)
                {
                    leftOut.Remove(lane);
                }
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SummaryInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await SummariseAsync(stoppingToken).ConfigureAwait(false);
        }
    }
}
