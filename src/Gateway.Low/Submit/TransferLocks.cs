namespace Gateway.Low.Submit;

/// <summary>One writer per transfer. A newer call takes over from an older one, which then ends: its client lost its connection and came back.</summary>
internal sealed class TransferLocks
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>Asks the holder to stop, waits until it has, and holds the transfer.</summary>
    public async Task<Hold> TakeAsync(string transferId, CancellationToken cancellation)
    {
        Entry entry;
        long call;
        lock (gate)
        {
            if (!entries.TryGetValue(transferId, out entry!))
            {
                entries.Add(transferId, entry = new Entry());
            }

            entry.Users++;
            call = ++entry.Newest;
            entry.Holder?.Cancel();
        }

        try
        {
            await entry.Turn.WaitAsync(cancellation);
        }
        catch
        {
            Leave(transferId, entry);
            throw;
        }

        var taken = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        lock (gate)
        {
            entry.Holder = taken;

            // One that came while this one waited found another holder to stop, or none yet.
            if (call < entry.Newest)
            {
                taken.Cancel();
            }
        }

        return new Hold(this, transferId, entry, taken);
    }

    private void Leave(string transferId, Entry entry)
    {
        lock (gate)
        {
            if (--entry.Users == 0)
            {
                entries.Remove(transferId);
                entry.Turn.Dispose();
            }
        }
    }

    internal sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public CancellationTokenSource? Holder { get; set; }

        public int Users { get; set; }

        /// <summary>Number of the newest call.</summary>
        public long Newest { get; set; }
    }

    /// <summary>Holds a transfer until it is disposed.</summary>
    internal sealed class Hold(TransferLocks locks, string transferId, Entry entry, CancellationTokenSource taken) : IDisposable
    {
        /// <summary>Cancelled when the call ends or another one takes over.</summary>
        public CancellationToken Cancellation { get; } = taken.Token;

        public void Dispose()
        {
            lock (locks.gate)
            {
                entry.Holder = null;
            }

            taken.Dispose();
            entry.Turn.Release();
            locks.Leave(transferId, entry);
        }
    }
}
