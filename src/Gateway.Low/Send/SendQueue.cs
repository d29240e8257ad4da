namespace Gateway.Low.Send;

/// <summary>Who is next on one lane: higher priority first, then the older transfer. One session at a time, a bounded number waiting.</summary>
internal sealed class SendQueue : IDisposable
{
    /// <summary>Sessions that may wait: a person can still read the list, and each holds little more than its place.</summary>
    public const int MaximumWaiting = 64;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim places = new(MaximumWaiting, MaximumWaiting);
    private readonly PriorityQueue<TaskCompletionSource, (int Priority, string Id)> waiting = new();
    private bool busy;

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
            if (!busy)
            {
                busy = true;
                return;
            }

            waiting.Enqueue(turn, (-priority, transferId));
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

    private void GiveTurn()
    {
        lock (gate)
        {
            if (waiting.TryDequeue(out var next, out _))
            {
                next.SetResult();
            }
            else
            {
                busy = false;
            }
        }
    }

    /// <summary>A place in the queue; disposing it leaves the queue, and the lane where it was this one's turn.</summary>
    internal sealed class Place(SendQueue queue) : IDisposable
    {
        private bool hasTurn;
        private bool hasLeft;

        /// <summary>Waits until the lane is this one's.</summary>
        public async Task TurnAsync(int priority, string transferId, CancellationToken cancellation)
        {
            await queue.TakeTurnAsync(priority, transferId, cancellation);
            hasTurn = true;
        }

        public void Dispose()
        {
            if (hasLeft)
            {
                return;
            }

            hasLeft = true;
            if (hasTurn)
            {
                queue.GiveTurn();
            }

            queue.places.Release();
        }
    }
}
