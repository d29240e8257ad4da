using Gateway.Core.Wire;

namespace Gateway.Low.Send;

/// <summary>A group of a session that is being filled or sent.</summary>
/// <param name="Session">Of which session.</param>
/// <param name="Step">Which blocks.</param>
internal sealed record LaneTurn(ActiveSession Session, SessionStep Step);

/// <summary>A session that crosses: the steps it has still to take, and those under way. Guarded by the <see cref="LaneTurns"/> that it is on.</summary>
internal sealed class ActiveSession(ulong number, SessionEncoder encoder, OutboundSession outbound, FecGeometry geometry, CancellationToken cancelled)
{
    private readonly List<LaneTurn> underWay = [];
    private IEnumerator<SessionStep>? steps;
    private TaskCompletionSource phase = new();
    private Exception? fault;
    private long takenTo;
    private long doneBlocks;

    public ulong Number { get; } = number;

    public SessionEncoder Encoder { get; } = encoder;

    public OutboundSession Outbound { get; } = outbound;

    /// <summary>Cancelled where it is to end early.</summary>
    public CancellationToken Cancelled { get; } = cancelled;

    /// <summary>True where a step may be taken.</summary>
    public bool IsReady => steps is not null;

    /// <summary>True where nothing of it is to be sent any more.</summary>
    public bool IsOver => Volatile.Read(ref fault) is not null;

    /// <summary>Blocks of data that have left, each as often as it was sent.</summary>
    public long DoneBlocks => Volatile.Read(ref doneBlocks);

    /// <summary>Begins some steps. The task ends when all have been sent, or fails when none is under way any more.</summary>
    public Task Begin(IEnumerable<SessionStep> some)
    {
        phase = new(TaskCreationOptions.RunContinuationsAsynchronously);
        steps = some.GetEnumerator();
        Advance();
        return phase.Task;
    }

    /// <summary>Takes the next step. Only where it <see cref="IsReady"/>.</summary>
    public LaneTurn Take()
    {
        var step = steps!.Current;
        var turn = new LaneTurn(this, step);
        underWay.Add(turn);
        if (step.Kind == DatagramKind.Data)
        {
            takenTo = Math.Min(step.Blocks.End * geometry.PayloadBytes, Outbound.Content.TotalBytes);
        }

        Advance();
        return turn;
    }

    /// <summary>A step was sent.</summary>
    public void Sent(LaneTurn turn)
    {
        underWay.Remove(turn);
        if (turn.Step.Kind == DatagramKind.Data)
        {
            doneBlocks += turn.Step.Blocks.Blocks;
            Outbound.Progress(Position());
        }

        Settle();
    }

    /// <summary>Ends it for a reason; what is under way still comes back by <see cref="GiveBack"/>.</summary>
    public void Stop(Exception because)
    {
        fault ??= because;
        steps?.Dispose();
        steps = null;
        Settle();
    }

    /// <summary>A step was not sent, or only in part.</summary>
    public void GiveBack(LaneTurn turn)
    {
        underWay.Remove(turn);
        Settle();
    }

    // Several flows may send later groups before an earlier one has left.
    private long Position() =>
        underWay.Find(t => t.Step.Kind == DatagramKind.Data) is { } oldest ? oldest.Step.Blocks.Ranges[0].First * geometry.PayloadBytes : takenTo;

    private void Advance()
    {
        if (!steps!.MoveNext())
        {
            steps.Dispose();
            steps = null;
            Settle();
        }
    }

    private void Settle()
    {
        if (steps is not null || underWay.Count > 0)
        {
            return;
        }

        if (fault is null)
        {
            phase.TrySetResult();
        }
        else
        {
            phase.TrySetException(fault);
        }
    }
}
