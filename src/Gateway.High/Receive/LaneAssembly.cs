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
    private readonly RefusedHeaders refused = new();
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

    /// <summary>Sessions that hold memory: open, or not yet at their end.</summary>
    public int HeldSessions => sessions.Count + ending.Count;

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
        var symbol = datagram.SymbolOf(bytes);
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
        ForgetEnded();
        headers.Expire(now);
        foreach (var (number, session) in sessions)
        {
            var silence = now - session.LastSymbol;
            if (session.Finished || silence >= options.IdleTimeout || (session.EndSeen && !session.Waiting && silence >= options.EndGrace))
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

        ForgetEnded();
        var fingerprint = RefusedHeaders.FingerprintOf(bytes);
        if (refused.Contains(header.Session, fingerprint))
        {
            counters.Drop();
            return;
        }

        if (Obstacle(header.Session, bytes.Length) is { } obstacle)
        {
            counters.Drop();
            LogNotOpened(header.Session, options.Lane, obstacle);
            return;
        }

        headers.Forget(header.Session);
        lock (gapsGate)
        {
            gaps.Arrive(header.Session);
        }

        var before = EndOthersOf(header.Content.TransferId);
        var mostBlocks = (int)(options.BlockBytes / header.Geometry.BlockBytes) + 1;
        var session = new LaneSession(header, bytes.Length, fingerprint, memory, mostBlocks, counters, logger) { LastSymbol = now };
        sessions[header.Session] = session;
        session.Open(JudgeAsync, before, stopping);
    }

    // A sender that restarted sends a transfer again while its old session here still waits. One that still brings symbols is left alone: this header is not verified yet.
    private Task EndOthersOf(string transferId)
    {
        var others = sessions.Where(s => s.Value.TransferId == transferId).ToList();
        foreach (var (number, other) in others.Where(s => now - s.Value.LastSymbol >= options.EndGrace))
        {
            Close(number, other);
        }

        return Task.WhenAll(others.Select(s => s.Value.Completion).Concat(
            ending.Where(s => s.TransferId == transferId).Select(s => s.Completion)));
    }

    private void Close(ulong number, LaneSession session)
    {
        session.Close();
        sessions.Remove(number);
        ending.Add(session);
        if (session.Finished)
        {
            Remember(session);
        }
    }

    private void ForgetEnded()
    {
        foreach (var session in ending.Where(s => s.Completion.IsCompleted))
        {
            Remember(session);
        }

        ending.RemoveAll(s => s.Completion.IsCompleted);
    }

    // Only a header that was believed spends its number. Anyone can send another one under a number that is yet to come.
    private void Remember(LaneSession session)
    {
        if (session.Opened)
        {
            closed.Add(session.Number, session.Whole);
        }
        else if (session.Refused)
        {
            refused.Add(session.Number, session.Fingerprint);
        }
    }

    // A session that ends holds memory until its last block is written, so it counts like an open one.
    private string? Obstacle(ulong number, int headerBytes) =>
        HeldSessions >= options.MaximumSessions ? "too many are open"
        : sessions.Values.Concat(ending).Sum(s => s.HeldHeaderBytes) + headerBytes > options.HeldHeaderBytes ? "the headers that wait take too much memory"
        : ending.Exists(s => s.Number == number) ? "one of the same number still ends"
        : null;

    private async ValueTask<BlockDestination?> JudgeAsync(SessionHeader header, CancellationToken cancellationToken)
    {
        var destination = await open(header, cancellationToken).ConfigureAwait(false);
        if (destination is not null)
        {
            lock (gapsGate)
            {
                gaps.Confirm(header.Session);
            }
        }

        return destination;
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

    [LoggerMessage(LogLevel.Warning, "Session {Session} on lane {Lane} is not opened: {Why}")]
    private partial void LogNotOpened(ulong session, string lane, string why);
}
