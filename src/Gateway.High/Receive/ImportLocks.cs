namespace Gateway.High.Receive;

/// <summary>
/// One change at a time of an import's place in staging, beside what its session writes: opening a session, giving it files that are held, giving it up. Some imports share a lock;
/// nobody takes a second one.
/// </summary>
public sealed class ImportLocks : IDisposable
{
    /// <summary>Locks: more than imports are likely to change at a time.</summary>
    private const int Locks = 64;

    private readonly SemaphoreSlim[] locks = [.. Enumerable.Range(0, Locks).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the lock of an import; disposing gives it back.</summary>
    public async Task<IDisposable> TakeAsync(string id, CancellationToken cancellationToken)
    {
        var one = locks[unchecked((uint)id.GetHashCode(StringComparison.Ordinal)) % Locks];
        await one.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Hold(one);
    }

    public void Dispose()
    {
        foreach (var one in locks)
        {
            one.Dispose();
        }
    }

    private sealed class Hold(SemaphoreSlim held) : IDisposable
    {
        public void Dispose() => held.Release();
    }
}
