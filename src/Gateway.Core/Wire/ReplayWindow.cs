namespace Gateway.Core.Wire;

/// <summary>
/// Which counters of one epoch were seen, as far back as <see cref="Counters"/>: a bit each in a ring (after RFC 6479). What is older counts as seen.
/// </summary>
internal sealed class ReplayWindow
{
    /// <summary>Counters remembered: more datagrams than two groups of the largest size hold on each of eight flows. 128 KiB.</summary>
    public const int Counters = 1 << 20;

    private const int WordBits = 64;

    // The word that holds the newest counter also stands for some of the oldest: those count as too old.
    private const int Reach = Counters - WordBits;

    private readonly ulong[] words = new ulong[Counters / WordBits];
    private ulong newest;
    private bool any;

    /// <summary>Counters marked.</summary>
    public long Seen { get; private set; }

    /// <summary>Counters between the lowest and the newest that are not marked.</summary>
    public long Missing => any ? (long)Math.Min(newest - Oldest - ((ulong)Seen - 1), long.MaxValue) : 0;

    /// <summary>Lowest counter marked.</summary>
    public ulong Oldest { get; private set; }

    /// <summary>True where the counter was marked, or is too old to tell.</summary>
    public bool Contains(ulong counter) =>
        any && counter <= newest && (newest - counter >= Reach || (words[WordOf(counter)] & BitOf(counter)) != 0);

    /// <summary>Marks a counter that <see cref="Contains"/> does not have.</summary>
    public void Add(ulong counter)
    {
        if (!any)
        {
            (any, newest, Oldest) = (true, counter, counter);
        }
        else if (counter > newest)
        {
            Advance(counter);
        }

        Oldest = Math.Min(Oldest, counter);
        words[WordOf(counter)] |= BitOf(counter);
        Seen++;
    }

    /// <summary>Forgets everything: a new epoch.</summary>
    public void Clear()
    {
        Array.Clear(words);
        (any, newest, Oldest, Seen) = (false, 0, 0, 0);
    }

    private void Advance(ulong counter)
    {
        // Between the words of the old and the new newest lie only counters that were not seen yet.
        var word = newest / WordBits;
        var steps = Math.Min(counter / WordBits - word, (ulong)words.Length);
        for (ulong i = 1; i <= steps; i++)
        {
            words[(int)((word + i) % (ulong)words.Length)] = 0;
        }

        newest = counter;
    }

    private static int WordOf(ulong counter) => (int)(counter / WordBits % (Counters / WordBits));

    private static ulong BitOf(ulong counter) => 1UL << (int)(counter % WordBits);
}
