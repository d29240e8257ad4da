namespace Gateway.High.Receive;

/// <summary>Sessions that are over, so that their late datagrams do not begin them anew. Remembers the newest ones; an older number would be refused by its consumed transfer.</summary>
internal sealed class ClosedSessions
{
    /// <summary>Most sessions remembered.</summary>
    public const int Maximum = 4096;

    private readonly Dictionary<ulong, bool> closed = [];
    private readonly Queue<ulong> order = new();

    /// <summary>Remembers a session and whether it ended with every block.</summary>
    public void Add(ulong session, bool whole)
    {
        if (!closed.TryAdd(session, whole))
        {
            return;
        }

        order.Enqueue(session);
        if (order.Count > Maximum)
        {
            closed.Remove(order.Dequeue());
        }
    }

    /// <summary>True where the session is over.</summary>
    public bool Contains(ulong session, out bool whole) => closed.TryGetValue(session, out whole);
}
