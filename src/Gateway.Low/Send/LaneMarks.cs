using Gateway.Core.Wire;

namespace Gateway.Low.Send;

/// <summary>What a lane says beside its sessions: heartbeats that name the newest, and the ends of those that have ended. Each goes out on every flow.</summary>
internal sealed class LaneMarks : IAsyncDisposable
{
    // Spread over more time than a burst of loss takes. The first waits too: no flow may be behind it with datagrams of the session.
    private const int EndMarks = 5;
    private static readonly TimeSpan BetweenEndMarks = TimeSpan.FromMilliseconds(20);

    /// <summary>Ends that each heartbeat repeats, for a receiver that was busy meanwhile: as many as sessions can cross at once.</summary>
    private const int RepeatedEnds = SendQueue.MaximumActive;

    private readonly LaneSenderOptions options;
    private readonly LaneSocket[] sockets;
    private readonly TimeProvider timeProvider;
    private readonly DatagramSealer sealer;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly List<ulong> ended = [];
    private Task heartbeats = Task.CompletedTask;
    private ulong lastSession;
    private long heartbeatTicks;

    /// <param name="options">How the lane is sent.</param>
    /// <param name="sequence">Numbers of the lane's datagrams.</param>
    /// <param name="sockets">One for each flow.</param>
    /// <param name="timeProvider">When heartbeats are due.</param>
    public LaneMarks(LaneSenderOptions options, LaneSequence sequence, LaneSocket[] sockets, TimeProvider timeProvider)
    {
        (this.options, this.sockets, this.timeProvider, lastSession) = (options, sockets, timeProvider, options.LastSession);
        sealer = new(options.Lane, options.Key, sequence);
    }

    /// <summary>Number of the newest session.</summary>
    public ulong LastSession => Volatile.Read(ref lastSession);

    /// <summary>When the newest heartbeat was sent.</summary>
    public DateTimeOffset? HeartbeatTime => Interlocked.Read(ref heartbeatTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Begins the heartbeats.</summary>
    public void Start() => heartbeats = SendHeartbeatsAsync(stopping.Token);

    /// <summary>A session begins.</summary>
    public void Begin(ulong session)
    {
        lock (gate)
        {
            Volatile.Write(ref lastSession, Math.Max(lastSession, session));
        }
    }

    /// <summary>A session has ended: says so several times, and again with the heartbeats.</summary>
    public async Task EndAsync(ulong session)
    {
        lock (gate)
        {
            ended.Add(session);
            if (ended.Count > RepeatedEnds)
            {
                ended.RemoveAt(0);
            }
        }

        for (var i = 0; i < EndMarks; i++)
        {
            await Task.Delay(BetweenEndMarks, timeProvider, CancellationToken.None).ConfigureAwait(false);
            lock (gate)
            {
                SendEnd(session);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await heartbeats.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        sealer.Dispose();
        stopping.Dispose();
    }

    private async Task SendHeartbeatsAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Heartbeat, timeProvider);
        do
        {
            lock (gate)
            {
                foreach (var socket in sockets)
                {
                    socket.Send(SessionEncoder.Heartbeat(options.Lane, lastSession, sealer));
                }

                ended.ForEach(SendEnd);
            }

            Interlocked.Exchange(ref heartbeatTicks, timeProvider.GetUtcNow().UtcTicks);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    private void SendEnd(ulong session)
    {
        foreach (var socket in sockets)
        {
            socket.Send(SessionEncoder.End(options.Lane, session, sealer));
        }
    }
}
