using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>What a lane's datagrams mean: which session each belongs to, when a session begins and ends. One thread, never waits, never throws for what a datagram says.</summary>
internal sealed partial class LaneAssembly
{
    private readonly LaneReceiverOptions options;
    private readonly OpenSession open;
    private readonly LaneCounters counters;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private readonly uint tag;
    private readonly long origin;
    private readonly BlockMemory memory;
    private readonly LaneHeaders headers;
    private readonly Dictionary<ulong, LaneSession> sessions = [];
    private readonly ClosedSessions closed = new();
    private readonly List<LaneSession> ending = [];
    private readonly Lock gapsGate = new();
    private readonly SessionGaps gaps = new();
    private readonly CancellationToken stopping;
    private ulong announced;
    private TimeSpan now;

    public LaneAssembly(
        LaneReceiverOptions options, OpenSession open, LaneCounters counters, TimeProvider timeProvider, ILogger logger, CancellationToken stopping)
    {
        (this.options, this.open, this.counters, this.timeProvider, this.logger, this.stopping) = (options, open, counters, timeProvider, logger, stopping);
        tag = Datagram.TagOf(options.Lane);
        memory = new(options.BlockBytes);
        headers = new(options, counters, logger);
        origin = timeProvider.GetTimestamp();
    }

    /// <summary>Newest session heard of, and those missing. From any thread.</summary>
    public (ulong Newest, IReadOnlyList<ulong> Missing) Gaps()
    {
        lock (gapsGate)
        {
            return (gaps.Newest, gaps.Missing());
        }
    }

    /// <summary>True where blocks that wait for the disk hold more than half of the memory, so that new ones may soon have none.</summary>
    public bool WaitsForDisk => sessions.Values.Concat(ending).Sum(s => s.WaitingBytes) > options.BlockBytes / 2;

    /// <summary>Takes one datagram, whatever it is.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        if (!Datagram.TryRead(bytes, out var datagram) || datagram.LaneTag != tag)
        {
            counters.Drop();
            return;
        }

        Announce(datagram.Session);
        var symbol = bytes[Datagram.HeaderBytes..];
        switch (datagram.Kind)
        {
            case DatagramKind.Heartbeat:
                counters.Beat(timeProvider.GetUtcNow());
                break;
            case DatagramKind.End:
                if (sessions.TryGetValue(datagram.Session, out var ended))
                {
                    ended.EndSeen = true;
                }

                break;
            case var _ when closed.Contains(datagram.Session, out var whole):
                if (!whole)
                {
                    counters.Drop();
                }

                break;
            case DatagramKind.Header:
                TakeHeader(datagram, symbol);
                break;
            default:
                TakeData(datagram, symbol);
                break;
        }
    }

    /// <summary>Looks at the clock: ends sessions that are silent or done. To be called several times a second.</summary>
    public void Tick()
    {
        now = timeProvider.GetElapsedTime(origin);
        ending.RemoveAll(s => s.Completion.IsCompleted);
        headers.Expire(now);
        foreach (var (number, session) in sessions)
        {
            var silence = now - session.LastSymbol;
            if (session.Finished || silence >= options.IdleTimeout || (session.EndSeen && silence >= options.EndGrace))
            {
                Close(number, session);
            }
        }
    }

    /// <summary>The service stops: closes every session and waits until their tasks have ended.</summary>
    public async Task StopAsync()
    {
        foreach (var (number, session) in sessions)
        {
            Close(number, session);
        }

        await Task.WhenAll(ending.Select(s => s.Completion)).ConfigureAwait(false);
    }

    private void TakeHeader(in Datagram datagram, ReadOnlySpan<byte> symbol)
    {
        if (sessions.TryGetValue(datagram.Session, out var opened))
        {
            Touch(opened);
        }
        else if (headers.Take(datagram, symbol, now) is { } bytes)
        {
            Open(datagram, bytes);
        }
    }

    private void TakeData(in Datagram datagram, ReadOnlySpan<byte> symbol)
    {
        if (!sessions.TryGetValue(datagram.Session, out var session))
        {
            counters.Drop();
            return;
        }

        Touch(session);
        session.TakeData(datagram, symbol);
    }

    private void Touch(LaneSession session)
    {
        session.LastSymbol = now;
        session.EndSeen = false;
    }

    // A header that is turned away here does not spend its number: anyone can make one that is whole and wrong, and the right one may follow.
    private void Open(in Datagram datagram, byte[] bytes)
    {
        if (!SessionHeader.Parse(bytes).Succeeded(out var header, out var refusal))
        {
            LogHeaderInvalid(datagram.Session, options.Lane, refusal.Detail);
            return;
        }

        if (header.Lane != options.Lane || header.Session != datagram.Session || header.Geometry != datagram.Geometry)
        {
            LogHeaderInvalid(datagram.Session, options.Lane, "lane, session or geometry differ from its datagrams");
            return;
        }

        if (sessions.Count == options.MaximumSessions)
        {
            LogTooMany(header.Session, options.Lane);
            return;
        }

        headers.Forget(header.Session);
        lock (gapsGate)
        {
            gaps.Arrive(header.Session);
        }

        var before = EndOthersOf(header.Content.TransferId);
        var mostBlocks = (int)(options.BlockBytes / header.Geometry.BlockBytes) + 1;
        var session = new LaneSession(header, memory, mostBlocks, counters, logger) { LastSymbol = now };
        sessions[header.Session] = session;
        session.Open(open, before, stopping);
    }

    // A sender that restarted sends a transfer again while its old session here still waits. One that still brings symbols is left alone: this header is not verified yet.
    private Task EndOthersOf(string transferId)
    {
        var others = sessions.Where(s => s.Value.Header.Content.TransferId == transferId).ToList();
        foreach (var (number, other) in others.Where(s => now - s.Value.LastSymbol >= options.EndGrace))
        {
            Close(number, other);
        }

        return Task.WhenAll(others.Select(s => s.Value.Completion).Concat(
            ending.Where(s => s.Header.Content.TransferId == transferId).Select(s => s.Completion)));
    }

    private void Close(ulong number, LaneSession session)
    {
        session.Close();
        sessions.Remove(number);
        ending.Add(session);
        closed.Add(number, session.Whole);
    }

    // The gaps are asked for rarely and told of every datagram, nearly always of the same session.
    private void Announce(ulong session)
    {
        if (session == announced)
        {
            return;
        }

        announced = session;
        lock (gapsGate)
        {
            gaps.Announce(session);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Session {Session} on lane {Lane} has an invalid header: {Why}")]
    private partial void LogHeaderInvalid(ulong session, string lane, string why);

    [LoggerMessage(LogLevel.Warning, "Session {Session} on lane {Lane} is not opened: too many are open")]
    private partial void LogTooMany(ulong session, string lane);
}
