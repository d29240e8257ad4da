using System.Runtime.Intrinsics.X86;
using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>What a lane's datagrams mean: which session each belongs to, when a session begins and ends. One thread, never waits, never throws for what a datagram says.</summary>
internal sealed class LaneAssembly : IDisposable
{
    private const int CacheLineBytes = 64;

    // A datagram of another lane is at home on a wire that lanes share.
    private static readonly DatagramFault[] LoggedFaults = [DatagramFault.Malformed, DatagramFault.Forged, DatagramFault.Replayed];

    private readonly LaneReceiverOptions options;
    private readonly OpenSession open;
    private readonly LaneCounters counters;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private readonly LaneLog log;
    private readonly DatagramGate gate;
    private readonly EpochRecord epochs;
    private readonly long origin;
    private readonly BlockMemory memory;
    private readonly BlockMemory headerMemory;
    private readonly LaneHeaders headers;
    private readonly Dictionary<ulong, LaneSession> sessions = [];
    private readonly ClosedSessions closed = new();
    private readonly RefusedHeaders refused = new();
    private readonly List<LaneSession> ending = [];
    private readonly Lock gapsGate = new();
    private readonly SessionGaps gaps = new();
    private readonly CancellationToken stopping;
    private readonly long[] said = new long[(int)DatagramFault.Replayed + 1];
    private volatile LaneSession[] shown = [];
    private long saidCrowdedOut;
    private long saidKernelDrops;
    private LaneSession? current;
    private ulong announced;
    private TimeSpan now;

    public LaneAssembly(
        LaneReceiverOptions options, OpenSession open, LaneCounters counters, TimeProvider timeProvider, ILogger logger, CancellationToken stopping)
    {
        (this.options, this.open, this.counters, this.timeProvider, this.logger, this.stopping) = (options, open, counters, timeProvider, logger, stopping);
        gate = new(options.Lane, options.Keys, options.Epochs);
        epochs = new(gate, options.RecordEpoch, logger, stopping);
        log = new(options.Lane, logger, timeProvider);
        memory = new(options.Memory.BlockBytes);
        headerMemory = new(options.Memory.HeaderBytes, memory);
        headers = new(options, headerMemory, counters, log);
        origin = timeProvider.GetTimestamp();
    }

    /// <summary>Datagrams that did not come, as far as later ones tell. From any thread.</summary>
    public long MissingDatagrams => gate.Missing;

    /// <summary>Newest session heard of, and those missing. From any thread.</summary>
    public (ulong Newest, IReadOnlyList<ulong> Missing) Gaps()
    {
        lock (gapsGate)
        {
            return (gaps.Newest, gaps.Missing());
        }
    }

    /// <summary>Sessions that are open or write their last blocks, oldest first. From any thread.</summary>
    public IReadOnlyList<LaneSessionStatus> Sessions() =>
        [.. shown.OrderBy(s => s.Number).Select(s => new LaneSessionStatus(s.Number, s.TransferId, s.Blocks, s.WrittenBlocks))];

    /// <summary>Sessions that hold memory: open, or not yet at their end.</summary>
    public int HeldSessions => sessions.Count + ending.Count;

    /// <summary>True where blocks that wait for the disk hold more than half of the memory, so that new ones may soon have none.</summary>
    public bool WaitsForDisk
    {
        get
        {
            var waiting = 0L;
            foreach (var session in shown)
            {
                waiting += session.WaitingBytes;
            }

            return waiting > memory.BudgetBytes / 2;
        }
    }

    /// <summary>True where a header is being judged. Blocks that come meanwhile are kept as far as memory goes.</summary>
    public bool AwaitsVerdict => Array.Exists(shown, s => !s.Opened && !s.Finished);

    /// <summary>Takes datagrams that lie one behind the other, whatever they are.</summary>
    /// <param name="bytes">All of them.</param>
    /// <param name="segmentBytes">Bytes of each; the last one may be shorter.</param>
    public void Take(ReadOnlySpan<byte> bytes, int segmentBytes)
    {
        var count = 0;
        var length = bytes.Length;
        do
        {
            var next = Math.Min(segmentBytes, bytes.Length);
            FetchAhead(bytes, next);
            TakeOne(bytes[..next]);
            bytes = bytes[next..];
            count++;
        }
        while (bytes.Length > 0);

        counters.Received(count, length);
    }

    // The drain wrote it on another core: its lines come while the datagram before is placed.
    private static unsafe void FetchAhead(ReadOnlySpan<byte> bytes, int from)
    {
        if (Sse.IsSupported)
        {
            fixed (byte* start = bytes)
            {
                for (var (at, end) = (from, Math.Min(2 * from, bytes.Length)); at < end; at += CacheLineBytes)
                {
                    Sse.Prefetch0(start + at);
                }
            }
        }
    }

    private void TakeOne(ReadOnlySpan<byte> bytes)
    {
        var fault = gate.Take(bytes, out var datagram, out var symbol);
        if (fault != DatagramFault.None)
        {
            counters.Fault(fault);
            return;
        }

        counters.CameUnder(datagram.KeyId);
        Announce(datagram.Session);
        switch (datagram.Kind)
        {
            case DatagramKind.Data or DatagramKind.Packed:
                TakeData(datagram, symbol);
                break;
            case DatagramKind.Header:
                TakeHeader(datagram, symbol);
                break;
            case DatagramKind.Heartbeat:
                counters.Beat(timeProvider.GetUtcNow());
                break;
            case DatagramKind.End when sessions.TryGetValue(datagram.Session, out var ended):
                ended.EndSeen = true;
                break;
        }
    }

    /// <summary>Looks at the clock: ends sessions that are silent or done. To be called several times a second.</summary>
    public void Tick()
    {
        now = timeProvider.GetElapsedTime(origin);
        ForgetEnded();
        headers.Expire(now);
        epochs.Update(now);
        Say();
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
        await epochs.StopAsync().ConfigureAwait(false);
    }

    public void Dispose() => gate.Dispose();

    private void TakeHeader(in Datagram datagram, ReadOnlySpan<byte> symbol)
    {
        if (sessions.TryGetValue(datagram.Session, out var opened))
        {
            Touch(opened);
        }
        else if (closed.Contains(datagram.Session, out var whole))
        {
            CountLate(whole);
        }
        else if (headers.Take(datagram, symbol, now) is { } bytes && !TryOpen(datagram, bytes))
        {
            headerMemory.Free(bytes.Length);
        }
    }

    private void TakeData(in Datagram datagram, ReadOnlySpan<byte> symbol)
    {
        // Nearly always of the same session as the one before.
        if (current?.Number != datagram.Session && !sessions.TryGetValue(datagram.Session, out current))
        {
            CountLate(closed.Contains(datagram.Session, out var whole) && whole);
            return;
        }

        Touch(current!);
        current!.TakeData(datagram, symbol);
    }

    // What comes late of a session that is whole is surplus, not a loss.
    private void CountLate(bool whole)
    {
        if (!whole)
        {
            counters.Drop();
        }
    }

    private void Touch(LaneSession session)
    {
        session.LastSymbol = now;
        session.EndSeen = false;
    }

    // A header that is turned away here does not spend its number: anyone can make one that is whole and wrong, and the right one may follow.
    private bool TryOpen(in Datagram datagram, byte[] bytes)
    {
        if (!SessionHeader.Parse(bytes).Succeeded(out var header, out var refusal))
        {
            log.HeaderInvalid(datagram.Session, refusal.Detail);
            return false;
        }

        if (header.Lane != options.Lane || header.Session != datagram.Session || header.Geometry != datagram.Geometry)
        {
            log.HeaderInvalid(datagram.Session, "lane, session or geometry differ from its datagrams");
            return false;
        }

        ForgetEnded();
        var fingerprint = RefusedHeaders.FingerprintOf(bytes);
        if (refused.Contains(header.Session, fingerprint))
        {
            counters.Drop();
            return false;
        }

        if (Obstacle(header) is { } obstacle)
        {
            counters.Drop();
            log.NotOpened(header.Session, obstacle);
            return false;
        }

        headers.Forget(header.Session);
        lock (gapsGate)
        {
            gaps.Arrive(header.Session);
        }

        var before = EndOthersOf(header.Content.TransferId);
        var session = new LaneSession(header, bytes.Length, fingerprint, Flows, memory, headerMemory, counters, log, logger) { LastSymbol = now };
        sessions[header.Session] = session;
        Show();
        session.Open(JudgeAsync, before, stopping);
        return true;
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
        current = current == session ? null : current;
        Show();
        if (session.Finished)
        {
            Remember(session);
        }
    }

    private void ForgetEnded()
    {
        for (var i = ending.Count - 1; i >= 0; i--)
        {
            if (ending[i].Completion.IsCompleted)
            {
                Remember(ending[i]);
                ending.RemoveAt(i);
                Show();
            }
        }
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

    // A session that ends holds memory until its last block is written, so it counts like an open one. Asked last of memory, which it takes.
    private string? Obstacle(SessionHeader header) =>
        HeldSessions >= options.MaximumSessions ? "too many are open"
        : ending.Exists(s => s.Number == header.Session) ? "one of the same number still ends"
        : GroupBytes(header) is var groups && groups > memory.BudgetBytes
            ? $"a group of its blocks on each flow takes {groups} bytes, and {memory.BudgetBytes} are for blocks; raise memoryBytes of the lane, or lower its burst on the low side"
        : !memory.TryReserve(LaneSession.BookkeepingBytes(header)) ? "no memory is left to keep account of its blocks"
        : null;

    // A lane of files has no addresses and brings one datagram after the other.
    private int Flows => Math.Max(1, options.Listen.Count);

    private long GroupBytes(SessionHeader header) =>
        Math.Min(Flows * header.Geometry.Interleave, header.Blocks) * BlockMemory.CostOf(header.Geometry.BlockBytes);

    private void Show() => shown = [.. sessions.Values, .. ending];

    private void Say()
    {
        foreach (var fault in LoggedFaults)
        {
            if (counters.Faults(fault) is var count && count > said[(int)fault])
            {
                said[(int)fault] = count;
                log.TurnedAway(fault, count);
            }
        }

        if (counters.CrowdedOut is var blocks && blocks > saidCrowdedOut)
        {
            saidCrowdedOut = blocks;
            log.CrowdedOut(blocks);
        }

        if (counters.KernelDrops is var drops && drops > saidKernelDrops)
        {
            saidKernelDrops = drops;
            log.KernelDropped(drops);
        }
    }

    private async ValueTask<BlockDestination?> JudgeAsync(SessionHeader header, CancellationToken cancellationToken)
    {
        var destination = await open(header, cancellationToken).ConfigureAwait(false);
        if (destination is not null)
        {
            lock (gapsGate)
            {
                gaps.Confirm(header.Session, header.Earlier);
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
}
