using System.Diagnostics.Metrics;
using Gateway.Core.Wire;

namespace Gateway.Low.Send;

/// <summary>One UDP lane out of the low side. It never receives: what a target answers, if anything does, is ignored.</summary>
public sealed partial class LaneSender : IAsyncDisposable
{
    // Spread over more time than a burst of loss takes; each heartbeat of the idle lane repeats the mark, for a receiver that was busy meanwhile.
    private const int EndMarks = 5;
    private static readonly TimeSpan BetweenEndMarks = TimeSpan.FromMilliseconds(20);

    // The receiver verifies the header and lays out its files while data would already come: it is given time, more for many files.
    private static readonly TimeSpan AfterHeader = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AfterHeaderPerMebibyte = TimeSpan.FromMilliseconds(200);

    private readonly LaneSenderOptions options;
    private readonly Func<CancellationToken, ValueTask<ulong>> nextSession;
    private readonly TimeProvider timeProvider;
    private readonly ILogger<LaneSender> logger;
    private readonly LaneSocket socket;
    private readonly LanePacer pacer;
    private readonly Meter meter = new("Gateway.Low.Send");
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly CancellationTokenSource stopping = new();
    private Task heartbeats = Task.CompletedTask;
    private ulong lastSession;
    private byte[]? lastEnd;
    private long heartbeatTicks;
    private int queued;

    /// <param name="options">How the lane is sent.</param>
    /// <param name="nextSession">Gives a session number that was never used on this lane, durably so before it returns.</param>
    /// <param name="timeProvider">Paces datagrams and heartbeats.</param>
    /// <param name="logger">One line for each session.</param>
    public LaneSender(
        LaneSenderOptions options, Func<CancellationToken, ValueTask<ulong>> nextSession, TimeProvider timeProvider, ILogger<LaneSender> logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RateBitsPerSecond, LaneSenderOptions.MinimumRateBitsPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.HeaderRepeats);
        (this.options, this.nextSession, this.timeProvider, this.logger) = (options, nextSession, timeProvider, logger);
        lastSession = options.LastSession;
        socket = new(options.Target, options.Geometry.DatagramBytes);
        pacer = new(options.RateBitsPerSecond, timeProvider);

        KeyValuePair<string, object?>[] lane = [new("lane", options.Lane)];
        meter.CreateObservableCounter("gateway.lane.datagrams", () => new Measurement<long>(socket.Datagrams, lane), "{datagram}", "Datagrams sent");
        meter.CreateObservableCounter("gateway.lane.bytes", () => new Measurement<long>(socket.Bytes, lane), "By", "Bytes of datagrams sent");
        meter.CreateObservableCounter("gateway.lane.failed", () => new Measurement<long>(socket.Failures, lane), "{send}", "Sends that the kernel refused");
        meter.CreateObservableGauge("gateway.lane.queued", () => new Measurement<int>(Volatile.Read(ref queued), lane), "{session}", "Sessions that wait");
    }

    /// <summary>The lane at this moment.</summary>
    public LaneStatus Status => new()
    {
        Lane = options.Lane,
        LastSession = Volatile.Read(ref lastSession),
        Datagrams = socket.Datagrams,
        Bytes = socket.Bytes,
        HeartbeatTime = Interlocked.Read(ref heartbeatTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
        QueuedSessions = Volatile.Read(ref queued),
        RateBitsPerSecond = options.RateBitsPerSecond,
    };

    /// <summary>Begins the heartbeats. To be called once.</summary>
    public void Start() => heartbeats = SendHeartbeatsAsync(stopping.Token);

    /// <summary>
    /// Sends one session and returns its number once the last datagram has left. Sessions wait for each other. Cancellation stops it soon; the end mark is sent all the same.
    /// Throws what <paramref name="read"/> throws, and <see cref="ArgumentException"/> for content that no header can carry.
    /// </summary>
    /// <param name="content">What crosses.</param>
    /// <param name="read">Reads the artifact's byte stream.</param>
    /// <param name="progress">Told the bytes of the stream sent so far, from any thread, one call at a time.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    public async Task<ulong> SendAsync(SessionContent content, ReadBytes read, Action<long> progress, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref queued);
        try
        {
            await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref queued);
        }

        try
        {
            var session = await nextSession(cancellationToken).ConfigureAwait(false);
            var header = new SessionHeader(options.Lane, session, options.Geometry, content);
            if (!SessionEncoder.Create(header).Succeeded(out var encoder, out var refusal))
            {
                throw new ArgumentException(refusal.ToString(), nameof(content));
            }

            Volatile.Write(ref lastEnd, null);
            Volatile.Write(ref lastSession, session);
            var began = timeProvider.GetTimestamp();
            var datagrams = socket.Datagrams;
            try
            {
                await SendStepsAsync(encoder, read, progress, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await SendEndAsync(encoder).ConfigureAwait(false);
            }

            LogSent(session, options.Lane, content.TransferId, content.TotalBytes, socket.Datagrams - datagrams, timeProvider.GetElapsedTime(began), socket.Failures);
            return session;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Ends the heartbeats and closes the socket. No session may be under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await heartbeats.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        meter.Dispose();
        socket.Dispose();
        stopping.Dispose();
        turn.Dispose();
    }

    private async Task SendStepsAsync(SessionEncoder encoder, ReadBytes read, Action<long> progress, CancellationToken cancellationToken)
    {
        using var steps = encoder.Steps(options.HeaderRepeats).GetEnumerator();
        var (current, following) = (encoder.NewGroup(), encoder.NewGroup());
        var filled = FillNext(current);
        var sentData = false;
        try
        {
            // While one group is sent, the next is read and encoded.
            while (await filled.ConfigureAwait(false) is { } step)
            {
                filled = FillNext(following);
                if (step.Kind == DatagramKind.Data && !sentData)
                {
                    sentData = true;
                    var pause = AfterHeader + AfterHeaderPerMebibyte * (encoder.HeaderBytes / (double)(1 << 20));
                    await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
                }

                await SendGroupAsync(current, cancellationToken).ConfigureAwait(false);
                if (step.Kind == DatagramKind.Data)
                {
                    progress(step.FirstBlock * options.Geometry.PayloadBytes + current.PayloadBytes);
                }

                (current, following) = (following, current);
            }
        }
        finally
        {
            // The caller's reader must not be in use when this returns.
            await ((Task)filled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Task<SessionStep?> FillNext(BlockGroup group) => steps.MoveNext() ? FillAsync(group, steps.Current) : Task.FromResult<SessionStep?>(null);

        Task<SessionStep?> FillAsync(BlockGroup group, SessionStep step) => Task.Run(
            async () =>
            {
                await encoder.FillAsync(group, step, read, cancellationToken).ConfigureAwait(false);
                return (SessionStep?)step;
            },
            cancellationToken);
    }

    private async ValueTask SendGroupAsync(BlockGroup group, CancellationToken cancellationToken)
    {
        var burst = Math.Min(pacer.BurstOf(group.DatagramBytes), socket.DatagramsAtOnce) * group.DatagramBytes;
        for (var row = 0; row < group.Rows; row++)
        {
            var datagrams = group.Row(row);
            for (var at = 0; at < datagrams.Length; at += burst)
            {
                await pacer.WaitAsync(cancellationToken).ConfigureAwait(false);
                var equal = datagrams.Slice(at, Math.Min(burst, datagrams.Length - at));
                socket.Send(equal.Span);
                pacer.Sent(equal.Length / group.DatagramBytes, equal.Length);
            }
        }
    }

    private async ValueTask SendEndAsync(SessionEncoder encoder)
    {
        var end = encoder.End();
        Volatile.Write(ref lastEnd, end);
        for (var i = 0; i < EndMarks; i++)
        {
            socket.Send(end);
            await Task.Delay(BetweenEndMarks, timeProvider, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task SendHeartbeatsAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Heartbeat, timeProvider);
        do
        {
            socket.Send(SessionEncoder.Heartbeat(options.Lane, Volatile.Read(ref lastSession)));
            if (Volatile.Read(ref lastEnd) is { } end)
            {
                socket.Send(end);
            }

            Interlocked.Exchange(ref heartbeatTicks, timeProvider.GetUtcNow().UtcTicks);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    [LoggerMessage(LogLevel.Information, "Sent session {Session} on lane {Lane} for transfer {TransferId}: {Bytes} bytes in {Datagrams} datagrams in {Duration}; {FailedSends} sends refused by the kernel since the start")]
    private partial void LogSent(ulong session, string lane, string transferId, long bytes, long datagrams, TimeSpan duration, long failedSends);
}
