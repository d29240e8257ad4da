using System.Threading.Channels;

namespace Gateway.Storage.Low;

/// <summary>Tells whoever watches a transfer that it changed. Carries no data: a watcher reads the catalog, so missed signals cost nothing.</summary>
public sealed class TransferChanges
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Subscription>> subscriptions = new(StringComparer.Ordinal);

    /// <summary>Signals at once and after each change, until it is disposed.</summary>
    public Subscription Subscribe(string transferId)
    {
        var subscription = new Subscription(this, transferId);
        lock (gate)
        {
            if (!subscriptions.TryGetValue(transferId, out var list))
            {
                subscriptions.Add(transferId, list = []);
            }

            list.Add(subscription);
        }

        subscription.Signal();
        return subscription;
    }

    internal void Publish(string transferId)
    {
        lock (gate)
        {
            foreach (var subscription in subscriptions.GetValueOrDefault(transferId, []))
            {
                subscription.Signal();
            }
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (gate)
        {
            if (subscriptions.TryGetValue(subscription.TransferId, out var list) && list.Remove(subscription) && list.Count == 0)
            {
                subscriptions.Remove(subscription.TransferId);
            }
        }
    }

    /// <summary>One watcher.</summary>
    public sealed class Subscription : IDisposable
    {
        private readonly TransferChanges changes;

        // One slot: signals between two reads become one.
        private readonly Channel<bool> signal =
            Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        internal Subscription(TransferChanges changes, string transferId)
        {
            this.changes = changes;
            TransferId = transferId;
        }

        internal string TransferId { get; }

        /// <summary>Completes at the next change, or at once where one was not waited for yet.</summary>
        public async ValueTask WaitAsync(CancellationToken cancellation) => await signal.Reader.ReadAsync(cancellation);

        public void Dispose() => changes.Remove(this);

        internal void Signal() => signal.Writer.TryWrite(true);
    }
}

/// <summary>What is staged when a transfer is asked for.</summary>
/// <param name="Promised">Bytes promised to uploads that have not come yet, of everybody.</param>
/// <param name="Transfers">Transfers that the person has open or whose bytes are kept after they were sent.</param>
/// <param name="Bytes">Bytes of those.</param>
public sealed record StagedSpace(long Promised, long Transfers, long Bytes);
