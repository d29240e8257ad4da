namespace Gateway.Low.Send;

/// <summary>
/// Who of the sessions on a lane sends the next group: each gets the line in proportion to its weight, which doubles with every ten of priority. Start-time fair queueing
/// (Goyal, Vin, Cheng, SIGCOMM 1996): a group begins at the virtual time where the one before it ended, and the earliest goes first. Who has nothing to send
/// neither waits for it nor saves it up. Not thread-safe.
/// </summary>
/// <typeparam name="T">What is scheduled.</typeparam>
internal sealed class LaneSchedule<T>
    where T : class
{
    private const double PrioritiesPerDoubling = 10;

    private readonly List<Entry> entries = [];
    private double now;

    /// <summary>Share of the lane relative to others.</summary>
    public static double WeightOf(int priority) => Math.Pow(2, priority / PrioritiesPerDoubling);

    /// <summary>Adds somebody, who takes part from now on.</summary>
    public void Add(T item, int priority) => entries.Add(new(item, WeightOf(priority)));

    /// <summary>Takes somebody out.</summary>
    public void Remove(T item) => entries.RemoveAll(e => e.Item == item);

    /// <summary>Who of those that have something to send goes next; null where none has.</summary>
    /// <param name="ready">True for those.</param>
    public T? Next(Predicate<T> ready)
    {
        Entry? next = null;
        foreach (var entry in entries)
        {
            if (ready(entry.Item) && (next is null || entry.StartAt(now) < next.StartAt(now)))
            {
                next = entry;
            }
        }

        if (next is not null)
        {
            now = next.StartAt(now);
        }

        return next?.Item;
    }

    /// <summary>Charges the one who was next for what it sends.</summary>
    public void Charge(T item, long bytes)
    {
        var entry = entries.Find(e => e.Item == item) ?? throw new ArgumentException("Not on the lane.", nameof(item));
        entry.Finish = entry.StartAt(now) + bytes / entry.Weight;
    }

    private sealed class Entry(T item, double weight)
    {
        public T Item { get; } = item;

        public double Weight { get; } = weight;

        public double Finish { get; set; }

        public double StartAt(double time) => Math.Max(time, Finish);
    }
}
