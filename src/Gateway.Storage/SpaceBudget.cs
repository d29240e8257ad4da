using System.Globalization;
using Gateway.Core;

namespace Gateway.Storage;

/// <summary>
/// Free space promised to work that has begun. New work is refused while there is still room to finish what runs, with a reserve left for
/// the catalog and its log.
/// </summary>
/// <param name="freeBytes">Bytes free now, e.g. <c>() => DurableFiles.FreeBytes(root)</c>.</param>
/// <param name="reserveBytes">Bytes that stay free.</param>
public sealed class SpaceBudget(Func<long> freeBytes, long reserveBytes)
{
    private readonly Lock gate = new();
    private long promised;

    /// <summary>Bytes promised and not yet written.</summary>
    public long PromisedBytes
    {
        get
        {
            lock (gate)
            {
                return promised;
            }
        }
    }

    /// <summary>Promises space to new work. Refuses with <see cref="RefusalCode.StorageFull"/>.</summary>
    public Outcome<SpaceReservation> Reserve(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (gate)
        {
            var available = Math.Max(0, freeBytes() - reserveBytes - promised);
            if (bytes > available)
            {
                return new Refusal(
                    RefusalCode.StorageFull,
                    string.Create(CultureInfo.InvariantCulture, $"needs {bytes} bytes, {available} can be promised"));
            }

            promised += bytes;
            return new SpaceReservation(this, bytes);
        }
    }

    /// <summary>Promises space again to work that a restart found unfinished; it was promised before, so it is not refused now.</summary>
    public SpaceReservation Reinstate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (gate)
        {
            promised += bytes;
            return new SpaceReservation(this, bytes);
        }
    }

    internal void Release(long bytes)
    {
        lock (gate)
        {
            promised -= bytes;
        }
    }
}

/// <summary>Space promised to one piece of work; disposing gives back what was not used.</summary>
public sealed class SpaceReservation : IDisposable
{
    private readonly SpaceBudget budget;
    private long remaining;

    internal SpaceReservation(SpaceBudget budget, long bytes)
    {
        this.budget = budget;
        remaining = bytes;
    }

    /// <summary>Bytes of the promise that are not used up.</summary>
    public long RemainingBytes => Interlocked.Read(ref remaining);

    /// <summary>Bytes were written: they count as used on the disk and no longer as promised.</summary>
    public void Use(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        long before, used;
        do
        {
            before = Interlocked.Read(ref remaining);
            used = Math.Min(bytes, before);
        }
        while (Interlocked.CompareExchange(ref remaining, before - used, before) != before);
        budget.Release(used);
    }

    public void Dispose() => budget.Release(Interlocked.Exchange(ref remaining, 0));
}
