using Gateway.Cli.Services;
using Gateway.Protocol.V1;

namespace Gateway.Cli.Lanes;

/// <summary>Lanes as JSON.</summary>
internal sealed record LanesDocument(IReadOnlyList<LaneView> Lanes);

/// <summary>One end of a lane as JSON. What only the other side knows is 0, empty or null.</summary>
internal sealed record LaneView(
    string Side,
    string Lane,
    string Kind,
    ulong LastSession,
    ulong Datagrams,
    ulong Bytes,
    ulong DroppedDatagrams,
    ulong RepairedBlocks,
    ulong LostBlocks,
    IReadOnlyList<ulong> MissingSessions,
    DateTimeOffset? HeartbeatTime,
    double? HeartbeatAgeSeconds,
    int QueuedSessions,
    long RateBitsPerSecond,
    long SentBitsPerSecond,
    double PackingRatio,
    bool Packing,
    long ReceivedBitsPerSecond,
    ulong CrowdedOutBlocks,
    ulong MissingDatagrams,
    ulong KernelDrops,
    LaneFaultsView Faults,
    int ParitySymbols,
    IReadOnlyList<ulong> ParityNeeded,
    IReadOnlyList<LaneSessionView> ActiveSessions,
    IReadOnlyList<string> KeyIds,
    string KeyId)
{
    /// <summary>Share of the datagrams sent that did not come, 0 to 1; null where nothing is known of it.</summary>
    public double? Loss => Datagrams + MissingDatagrams == 0 || Side != "high" ? null : (double)MissingDatagrams / (Datagrams + MissingDatagrams);

    public static LaneView Of(string side, Lane lane) => new(
        side,
        ResourceName.IdOf(lane.Name),
        lane.Kind,
        lane.LastSession,
        lane.Datagrams,
        lane.Bytes,
        lane.DroppedDatagrams,
        lane.RepairedBlocks,
        lane.LostBlocks,
        [.. lane.MissingSessions],
        lane.HeartbeatTime?.ToDateTimeOffset(),
        lane.HeartbeatAge?.ToTimeSpan().TotalSeconds,
        lane.QueuedSessions,
        lane.RateBitsPerSecond,
        lane.SentBitsPerSecond,
        lane.PackingRatio,
        lane.Packing,
        lane.ReceivedBitsPerSecond,
        lane.CrowdedOutBlocks,
        lane.MissingDatagrams,
        lane.KernelDrops,
        LaneFaultsView.Of(lane.Faults),
        lane.ParitySymbols,
        [.. lane.ParityNeeded],
        [.. lane.ActiveSessions.Select(LaneSessionView.Of)],
        [.. lane.KeyIds],
        lane.KeyId);
}

/// <summary>Datagrams turned away, by why, as JSON.</summary>
internal sealed record LaneFaultsView(ulong Malformed, ulong Foreign, ulong Forged, ulong Replayed)
{
    public static LaneFaultsView Of(LaneFaults? faults) => faults is null ? new(0, 0, 0, 0) : new(faults.Malformed, faults.Foreign, faults.Forged, faults.Replayed);
}

/// <summary>A session that crosses, as JSON.</summary>
internal sealed record LaneSessionView(ulong Session, string Transfer, long Blocks, long DoneBlocks, int Priority)
{
    public static LaneSessionView Of(LaneSession session) => new(
        session.Session, ResourceName.IdOf(session.Transfer), session.Blocks, session.DoneBlocks, session.Priority);
}
