using Gateway.Core.Wire;

namespace Gateway.Low.Send;

/// <summary>
/// One UDP lane out of the low side. Sessions share it by weight, and each of its targets is a flow with a thread of its own. It never receives: what a target answers, if
/// anything does, is ignored.
/// </summary>
public sealed partial class LaneSender : ISessionSender
{
    // The receiver verifies the header and lays out its files while data would already come: it is given time, more for many files. Other sessions use the lane meanwhile.
    private static readonly TimeSpan AfterHeader = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AfterHeaderPerMebibyte = TimeSpan.FromMilliseconds(200);

    private readonly LaneSenderOptions options;
    private readonly Func<SessionContent, CancellationToken, ValueTask<ulong>> nextSession;
    private readonly TimeProvider timeProvider;
    private readonly ILogger<LaneSender> logger;
    private readonly LaneClock clock;
    private readonly LaneRate rate = new();
    private readonly LaneTurns turns;
    private readonly LaneFlow[] flows;
    private readonly LaneMarks marks;
    private readonly LaneMetrics metrics;

    /// <param name="options">How the lane is sent.</param>
    /// <param name="sequence">Numbers of its datagrams: of an epoch that no earlier run used.</param>
    /// <param name="nextSession">Gives a session number that was never used on this lane, durably so before it returns.</param>
    /// <param name="timeProvider">Paces datagrams and heartbeats.</param>
    /// <param name="logger">One line for each session.</param>
    public LaneSender(
        LaneSenderOptions options,
        LaneSequence sequence,
        Func<SessionContent, CancellationToken, ValueTask<ulong>> nextSession,
        TimeProvider timeProvider,
        ILogger<LaneSender> logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RateBitsPerSecond, LaneSenderOptions.MinimumRateBitsPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.HeaderRepeats);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Passes);
        ArgumentOutOfRangeException.ThrowIfZero(options.Targets.Count);
        (this.options, this.nextSession, this.timeProvider, this.logger) = (options, nextSession, timeProvider, logger);
        clock = new(timeProvider);
        turns = new(options.Geometry);
        var pacer = new LanePacer(options.RateBitsPerSecond);
        flows = [.. options.Targets.Select(target => new LaneFlow(target, options, sequence, turns, pacer, rate, clock))];
        marks = new(options, sequence, [.. flows.Select(flow => flow.Socket)], timeProvider);
        metrics = new(this);
    }

    /// <summary>The lane at this moment.</summary>
    public LaneStatus Status => new()
    {
        Lane = options.Lane,
        LastSession = marks.LastSession,
        Datagrams = flows.Sum(flow => flow.Socket.Datagrams),
        Bytes = flows.Sum(flow => flow.Socket.Bytes),
        HeartbeatTime = marks.HeartbeatTime,
        RateBitsPerSecond = options.RateBitsPerSecond,
        SentBitsPerSecond = rate.BitsPerSecond(clock.Now),
        PackingRatio = PackingRatio,
        IsPacking = flows.Any(flow => flow.IsPacking),
        ParitySymbols = options.Geometry.ParitySymbols,
        ActiveSessions = [.. turns.Sessions.Select(StatusOf)],
        KeyIds = KeyId == 0 ? [] : [KeyId],
        KeyId = KeyId,
    };

    /// <summary>Sends that the kernel refused.</summary>
    internal long Failures => flows.Sum(flow => flow.Socket.Failures);

    private double PackingRatio =>
        flows.Sum(flow => flow.Packer?.ContentBytes ?? 0) is > 0 and var content ? flows.Sum(flow => flow.Packer?.PayloadBytes ?? 0) / (double)content : 1;

    private uint KeyId => options.Key?.IdFor(options.Lane) ?? 0;

    /// <summary>Begins the heartbeats. To be called once.</summary>
    public void Start() => marks.Start();

    /// <summary>
    /// Sends one session and returns its number once the last datagram has left. Sessions that are sent at the same time share the lane by their priorities. Cancellation stops
    /// it soon; the end mark is sent all the same. Throws what reading throws, and <see cref="ArgumentException"/> for content that no header can carry.
    /// </summary>
    /// <param name="outbound">What crosses.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    public async Task<ulong> SendAsync(OutboundSession outbound, CancellationToken cancellationToken)
    {
        var number = await nextSession(outbound.Content, cancellationToken).ConfigureAwait(false);
        if (!SessionEncoder.Create(new SessionHeader(options.Lane, number, options.Geometry, outbound.Content) { Earlier = outbound.Earlier }).Succeeded(out var encoder, out var refusal))
        {
            throw new ArgumentException(refusal.ToString(), nameof(outbound));
        }

        marks.Begin(number);
        var began = clock.Now;
        var session = new ActiveSession(number, encoder, outbound, options.Geometry, cancellationToken);
        turns.Add(session);
        try
        {
            await SendAsync(session, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turns.Remove(session);
            await marks.EndAsync(number).ConfigureAwait(false);
        }

        LogSent(number, options.Lane, outbound.Content.TransferId, outbound.Content.TotalBytes, session.DoneBlocks, clock.Now - began, Failures);
        return number;
    }

    /// <summary>Ends the heartbeats and closes the sockets. No session may be under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await marks.DisposeAsync().ConfigureAwait(false);
        metrics.Dispose();
        foreach (var flow in flows)
        {
            await flow.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task SendAsync(ActiveSession session, CancellationToken cancellationToken)
    {
        var encoder = session.Encoder;
        var copies = Enumerable.Repeat(encoder.HeaderSteps(), options.HeaderRepeats).SelectMany(copy => copy);
        await turns.SendAsync(session, copies, cancellationToken).ConfigureAwait(false);
        if (session.Outbound.Content.TotalBytes > 0)
        {
            var pause = AfterHeader + AfterHeaderPerMebibyte * (encoder.HeaderBytes / (double)(1 << 20));
            await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
        }

        var blocks = BlocksOf(session);
        var again = Enumerable.Range(1, options.Passes - 1).SelectMany(_ => encoder.DataSteps(blocks));
        var data = encoder.DataSteps(blocks.From(session.Outbound.FirstBlock)).Concat(again);
        await turns.SendAsync(session, data, cancellationToken).ConfigureAwait(false);
    }

    private BlockRanges BlocksOf(ActiveSession session) =>
        session.Outbound.Only ?? BlockRanges.Between(0, options.Geometry.BlocksOf(session.Outbound.Content.TotalBytes));

    private LaneSessionStatus StatusOf(ActiveSession session)
    {
        var blocks = BlocksOf(session);
        var toSend = blocks.From(session.Outbound.FirstBlock).Blocks + (options.Passes - 1) * blocks.Blocks;
        return new(session.Number, session.Outbound.Content.TransferId, toSend, session.DoneBlocks, session.Outbound.Priority);
    }

    [LoggerMessage(LogLevel.Information, "Sent session {Session} on lane {Lane} for transfer {TransferId}: {Bytes} bytes in {Blocks} blocks in {Duration}; {FailedSends} sends refused by the kernel since the start")]
    private partial void LogSent(ulong session, string lane, string transferId, long bytes, long blocks, TimeSpan duration, long failedSends);
}
