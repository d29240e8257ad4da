namespace Gateway.High.Import.Oci;

/// <summary>Keeps what was asked for last, up to a weight in all.</summary>
/// <param name="maximumWeight">Most weight that is kept; the newest is kept whatever it weighs.</param>
internal sealed class RecentlyUsed<TKey, TValue>(int maximumWeight)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock gate = new();
    private readonly LinkedList<Entry> entries = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> byKey = [];
    private int total;

    public TValue GetOrAdd(TKey key, int weight, Func<TValue> make)
    {
        lock (gate)
        {
            if (byKey.TryGetValue(key, out var node))
            {
                entries.Remove(node);
                entries.AddFirst(node);
                return node.Value.Value;
            }

            var entry = new Entry(key, make()) { Weight = weight };
            byKey.Add(key, entries.AddFirst(entry));
            total += weight;
            Trim();
            return entry.Value;
        }
    }

    /// <summary>Says what a value weighs now; nothing where it is not kept any more.</summary>
    public void Weigh(TKey key, TValue value, int weight)
    {
        lock (gate)
        {
            if (byKey.TryGetValue(key, out var node) && ReferenceEquals(node.Value.Value, value))
            {
                total += weight - node.Value.Weight;
                node.Value.Weight = weight;
                Trim();
            }
        }
    }

    public void Remove(TKey key, TValue value)
    {
        lock (gate)
        {
            if (byKey.TryGetValue(key, out var node) && ReferenceEquals(node.Value.Value, value))
            {
                Forget(node);
            }
        }
    }

    private void Trim()
    {
        while (total > maximumWeight && entries.Count > 1)
        {
            Forget(entries.Last!);
        }
    }

    private void Forget(LinkedListNode<Entry> node)
    {
        entries.Remove(node);
        byKey.Remove(node.Value.Key);
        total -= node.Value.Weight;
    }

    private sealed record Entry(TKey Key, TValue Value)
    {
        public int Weight { get; set; }
    }
}
