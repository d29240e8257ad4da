using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>
/// What a lane says of what it did not take. Anyone who reaches the wire may be the cause, so each kind of line comes at most once in <see cref="Interval"/> and says how
/// often it was left out. From any thread.
/// </summary>
internal sealed partial class LaneLog(string lane, ILogger logger, TimeProvider time)
{
    /// <summary>Time between two lines of one kind.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Since, long LeftOut)> lines = [];

    public void HeaderInvalid(ulong session, string why)
    {
        if (MaySay(nameof(HeaderInvalid), out var leftOut))
        {
            LogHeaderInvalid(session, lane, why, leftOut);
        }
    }

    public void NotOpened(ulong session, string why)
    {
        if (MaySay(nameof(NotOpened), out var leftOut))
        {
            LogNotOpened(session, lane, why, leftOut);
        }
    }

    public void Refused(ulong session, string transferId)
    {
        if (MaySay(nameof(Refused), out var leftOut))
        {
            LogRefused(session, lane, transferId, leftOut);
        }
    }

    public void GivenUp(ulong session, string transferId)
    {
        if (MaySay(nameof(GivenUp), out var leftOut))
        {
            LogGivenUp(session, lane, transferId, leftOut);
        }
    }

    public void MadeRoom(ulong session)
    {
        if (MaySay(nameof(MadeRoom), out var leftOut))
        {
            LogMadeRoom(session, lane, leftOut);
        }
    }

    public void TurnedAway(DatagramFault fault, long count)
    {
        if (MaySay(fault.ToString(), out _))
        {
            LogTurnedAway(lane, count, fault);
        }
    }

    public void CrowdedOut(long blocks)
    {
        if (MaySay(nameof(CrowdedOut), out _))
        {
            LogCrowdedOut(lane, blocks);
        }
    }

    public void KernelDropped(long datagrams)
    {
        if (MaySay(nameof(KernelDropped), out _))
        {
            LogKernelDropped(lane, datagrams);
        }
    }

    private bool MaySay(string line, out long leftOut)
    {
        var now = time.GetTimestamp();
        lock (gate)
        {
            var known = lines.TryGetValue(line, out var last);
            leftOut = last.LeftOut;
            var may = !known || time.GetElapsedTime(last.Since, now) >= Interval;
            lines[line] = may ? (now, 0) : last with { LeftOut = leftOut + 1 };
            return may;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Session {Session} on lane {Lane} has an invalid header: {Why} ({LeftOut} more since the last such line)")]
    private partial void LogHeaderInvalid(ulong session, string lane, string why, long leftOut);

    [LoggerMessage(LogLevel.Warning, "Session {Session} on lane {Lane} is not opened: {Why} ({LeftOut} more since the last such line)")]
    private partial void LogNotOpened(ulong session, string lane, string why, long leftOut);

    [LoggerMessage(LogLevel.Warning, "Session {Session} on lane {Lane}, transfer {TransferId}, is refused; its blocks are dropped ({LeftOut} more since the last such line)")]
    private partial void LogRefused(ulong session, string lane, string transferId, long leftOut);

    [LoggerMessage(
        LogLevel.Warning,
        "Session {Session} on lane {Lane} ended before an older one of transfer {TransferId} did; its blocks are dropped ({LeftOut} more since the last such line)")]
    private partial void LogGivenUp(ulong session, string lane, string transferId, long leftOut);

    [LoggerMessage(LogLevel.Warning, "Session {Session} on lane {Lane} made room before its header was whole ({LeftOut} more since the last such line)")]
    private partial void LogMadeRoom(ulong session, string lane, long leftOut);

    [LoggerMessage(LogLevel.Warning, "Lane {Lane} turned away {Count} datagrams by now: {Fault}")]
    private partial void LogTurnedAway(string lane, long count, DatagramFault fault);

    [LoggerMessage(LogLevel.Error, "Lane {Lane} gave up {Blocks} blocks by now for want of memory: the disk is too slow for the lane, or memoryBytes too small for its sessions")]
    private partial void LogCrowdedOut(string lane, long blocks);

    [LoggerMessage(LogLevel.Error, "Lane {Lane} lost {Datagrams} datagrams by now in the kernel: this machine is too busy, or its receive buffer too small")]
    private partial void LogKernelDropped(string lane, long datagrams);
}
