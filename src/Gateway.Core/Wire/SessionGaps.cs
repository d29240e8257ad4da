namespace Gateway.Core.Wire;

/// <summary>Which session numbers of a lane were announced or skipped without a header having arrived. Bounded whatever numbers come.</summary>
public sealed class SessionGaps
{
    /// <summary>Most numbers listed: a longer list helps nobody, the count says enough.</summary>
    public const int MaximumListed = 1000;

    /// <summary>Most ranges kept; past it the newest gap is forgotten, which only sessions skipped one by one can reach.</summary>
    public const int MaximumRanges = 4096;

    /// <summary>
    /// Furthest that a number nobody vouches for moves <see cref="Newest"/>: more sessions than a lane sends in an outage, and a forged number that is
    /// larger neither hides the gaps of true ones nor fills the list at once.
    /// </summary>
    public const ulong MaximumAdvance = 4096;

    private readonly List<SessionRange> ranges = [];
    private bool heard;

    /// <summary>Newest number heard of; 0 before the first.</summary>
    public ulong Newest { get; private set; }

    /// <summary>A datagram mentioned this number; nobody vouches for it. The first one sets where counting begins: what was before it is unknown, not missing.</summary>
    public void Announce(ulong session)
    {
        if (!heard)
        {
            heard = true;
            Newest = session == 0 ? 0 : session - 1;
        }

        if (session > Newest)
        {
            Advance(session - Newest > MaximumAdvance ? Newest + MaximumAdvance : session);
        }
    }

    /// <summary>
    /// The header of this session arrived and was believed: the true numbers are near it, whatever was announced, and nothing is to be learned from sessions before it that were about
    /// the same transfer.
    /// </summary>
    public void Confirm(ulong session, IReadOnlyList<SessionRange> earlier)
    {
        if (heard && Newest > session && Newest - session > MaximumAdvance)
        {
            ranges.RemoveAll(r => r.First > session);
            if (ranges.Count > 0 && ranges[^1].Last > session)
            {
                ranges[^1] = ranges[^1] with { Last = session };
            }

            Newest = session;
        }

        Arrive(session);
        if (session > Newest)
        {
            Advance(session);
            Remove(new(session, session));
        }

        foreach (var range in earlier)
        {
            Remove(range);
        }
    }

    /// <summary>The header of this session arrived; nobody vouches for it yet.</summary>
    public void Arrive(ulong session)
    {
        Announce(session);
        Remove(new(session, session));
    }

    /// <summary>The missing numbers, oldest first, at most <see cref="MaximumListed"/>.</summary>
    public IReadOnlyList<ulong> Missing()
    {
        var missing = new List<ulong>();
        foreach (var (first, last) in ranges)
        {
            for (var session = first; ; session++)
            {
                if (missing.Count == MaximumListed)
                {
                    return missing;
                }

                missing.Add(session);
                if (session == last)
                {
                    break;
                }
            }
        }

        return missing;
    }

    private void Advance(ulong session)
    {
        if (ranges.Count > 0 && ranges[^1].Last == Newest)
        {
            ranges[^1] = ranges[^1] with { Last = session };
        }
        else if (ranges.Count < MaximumRanges)
        {
            ranges.Add(new(Newest + 1, session));
        }

        Newest = session;
    }

    private void Remove(SessionRange gone)
    {
        var at = ranges.FindIndex(r => r.Last >= gone.First);
        while (at >= 0 && at < ranges.Count && ranges[at].First <= gone.Last)
        {
            var (first, last) = ranges[at];
            ranges.RemoveAt(at);
            if (first < gone.First)
            {
                ranges.Insert(at++, new(first, gone.First - 1));
            }

            if (gone.Last < last)
            {
                ranges.Insert(at++, new(gone.Last + 1, last));
            }
        }
    }
}
