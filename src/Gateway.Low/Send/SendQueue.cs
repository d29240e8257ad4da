namespace Gateway.Low.Send;

/// <summary>
/// Who is next on one lane: higher priority first, then the older transfer. A few sessions cross at a time and share the lane; one that is more urgent than all of them need not
/// wait until one ends. A bounded number wait.
/// </summary>
internal sealed class SendQueue : IDisposable
{
    /// <summary>Sessions that may wait: a person can still read the list, and each holds little more than its place.</summary>
    public const int MaximumWaiting = 64;

    /// <summary>Sessions that cross at a time: enough that a small one need not wait for a large one, few enough that each ends soon and the far side holds little.</summary>
    public const int MaximumShared = 4;

    /// <summary>Sessions that cross at a time where each newcomer was more urgent than all before it.</summary>
    public const int MaximumActive = 8;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim places = new(MaximumWaiting, MaximumWaiting);
    private readonly PriorityQueue<TaskCompletionSource, (int Priority, string Id)> waiting = new();
    private readonly List<int> active = [];

    /// <summary>True where one of that priority may join those that cross.</summary>
    public static bool Admits(IReadOnlyCollection<int> active, int priority) =>
        active.Count < MaximumShared || (active.Count < MaximumActive && active.All(other => other < priority));

    /// <summary>Sessions that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>True where the next one would have to wait for a place.</summary>
    public bool IsFull => places.CurrentCount == 0;

    /// <summary>Waits for a place in the queue.</summary>
    public async Task<Place> EnterAsync(CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        return new Place(this);
    }

    public void Dispose() => places.Dispose();

    private async Task TakeTurnAsync(int priority, string transferId, CancellationToken cancellation)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            waiting.Enqueue(turn, (-priority, transferId));
            GiveTurns();
        }

        await using var abandoned = cancellation.UnsafeRegister(
            _ =>
            {
                lock (gate)
                {
                    if (waiting.Remove(turn, out var _, out var _))
                    {
                        turn.SetCanceled(cancellation);
                    }
                }
            },
            null);
        await turn.Task;
    }

    private void Leave(int priority)
    {
        lock (gate)
        {
            active.Remove(priority);
            GiveTurns();
        }
    }

    // Who is first is the most urgent: where it may not join, nobody may.
    private void GiveTurns()
    {
        while (waiting.TryPeek(out _, out var first) && Admits(active, -first.Priority))
        {
            active.Add(-first.Priority);
            waiting.Dequeue().SetResult();
        }
    }

    /// <summary>A place in the queue; disposing it leaves the queue, and the lane where it crossed.</summary>
    internal sealed class Place(SendQueue queue) : IDisposable
    {
        private int? turn;
        private bool hasLeft;

        /// <summary>Waits until this one may cross.</summary>
        public async Task TurnAsync(int priority, string transferId, CancellationToken cancellation)
        {
            await queue.TakeTurnAsync(priority, transferId, cancellation);
            turn = priority;
        }

        public void Dispose()
        {
            if (hasLeft)
            {
                return;
            }

            hasLeft = true;
            if (turn is { } priority)
            {
                queue.Leave(priority);
            }

            queue.places.Release();
        }
    }
}
