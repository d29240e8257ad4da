using Gateway.Core.Wire;

namespace Gateway.Low.Send;

/// <summary>The sessions that are on a lane, and whose turn it is. The flows ask; from any thread.</summary>
internal sealed class LaneTurns(FecGeometry geometry)
{
    private readonly Lock gate = new();
    private readonly LaneSchedule<ActiveSession> schedule = new();
    private readonly List<ActiveSession> sessions = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? broken;

    /// <summary>The sessions, oldest first.</summary>
    public IReadOnlyList<ActiveSession> Sessions
    {
        get
        {
            lock (gate)
            {
                return [.. sessions];
            }
        }
    }

    /// <summary>Puts a session on the lane.</summary>
    public void Add(ActiveSession session)
    {
        lock (gate)
        {
            sessions.Add(session);
            schedule.Add(session, session.Outbound.Priority);
        }
    }

    /// <summary>Takes it off.</summary>
    public void Remove(ActiveSession session)
    {
        lock (gate)
        {
            sessions.Remove(session);
            schedule.Remove(session);
        }
    }

    /// <summary>Sends some steps of a session in its turns. Throws what went wrong, once nothing of it is in use any more; nothing is sent after cancellation.</summary>
    public async Task SendAsync(ActiveSession session, IEnumerable<SessionStep> steps, CancellationToken cancellationToken)
    {
        Task sent;
        lock (gate)
        {
            if (broken is not null)
            {
                throw new InvalidOperationException("The lane has failed.", broken);
            }

            sent = session.Begin(steps);
            changed.TrySetResult();
        }

        await using var cancelled = cancellationToken.UnsafeRegister(_ => Stop(session, new OperationCanceledException(cancellationToken)), null);
        await sent.ConfigureAwait(false);
    }

    /// <summary>Waits until somebody has something to send.</summary>
    public async ValueTask<LaneTurn> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (gate)
            {
                if (schedule.Next(static session => session.IsReady) is { } next)
                {
                    var turn = next.Take();
                    schedule.Charge(next, turn.Step.Blocks.Blocks * geometry.BlockBytes);
                    return turn;
                }

                if (changed.Task.IsCompleted)
                {
                    changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                change = changed.Task;
            }

            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A turn was used.</summary>
    public void Sent(LaneTurn turn)
    {
        lock (gate)
        {
            turn.Session.Sent(turn);
        }
    }

    /// <summary>A turn was not used to its end, because the session is over.</summary>
    public void GiveBack(LaneTurn turn)
    {
        lock (gate)
        {
            turn.Session.GiveBack(turn);
        }
    }

    /// <summary>A turn could not be used: the session is over.</summary>
    public void Fail(LaneTurn turn, Exception because)
    {
        lock (gate)
        {
            turn.Session.Stop(because);
            turn.Session.GiveBack(turn);
        }
    }

    /// <summary>A flow has died: no session goes on.</summary>
    public void Break(Exception because)
    {
        lock (gate)
        {
            broken = because;
            foreach (var session in sessions)
            {
                session.Stop(because);
            }
        }
    }

    private void Stop(ActiveSession session, Exception because)
    {
        lock (gate)
        {
            session.Stop(because);
        }
    }
}
