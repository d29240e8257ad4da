namespace Gateway.High.Receive;

/// <summary>Wakes the one reader of several rings. Ringing costs a read while the reader is awake.</summary>
internal sealed class Doorbell : IDisposable
{
    private readonly AutoResetEvent rung = new(false);
    private bool waiting;

    /// <summary>Writers: to be called when there is something to read.</summary>
    public void Ring()
    {
        // Either this sees the reader waiting, or the reader, which says so before it looks again, sees what was written.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref waiting))
        {
            rung.Set();
        }
    }

    /// <summary>Reader: waits until it is rung for, or the time is over.</summary>
    /// <param name="isIdle">True where there is still nothing to read.</param>
    /// <param name="most">Longest wait.</param>
    public void Wait(Func<bool> isIdle, TimeSpan most)
    {
        Volatile.Write(ref waiting, true);
        Interlocked.MemoryBarrier();
        if (isIdle())
        {
            rung.WaitOne(most);
        }

        Volatile.Write(ref waiting, false);
    }

    public void Dispose() => rung.Dispose();
}
