namespace Gateway.Storage.High;

/// <summary>Wakes those who watch imports. Take <see cref="Next"/> before reading, so that a change between reading and waiting is not missed.</summary>
public sealed class ImportSignal
{
    private TaskCompletionSource next = Make();

    /// <summary>Completes at the next change.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    internal void Raise() => Interlocked.Exchange(ref next, Make()).SetResult();

    // A watcher must not run on the thread that commits.
    private static TaskCompletionSource Make() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
