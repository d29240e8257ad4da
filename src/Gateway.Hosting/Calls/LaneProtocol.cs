using System.Globalization;
using Gateway.Core.Wire;
using Gateway.Protocol.V1;
using Google.Protobuf.WellKnownTypes;

namespace Gateway.Hosting.Calls;

/// <summary>Lanes in the words of the protocol; the same for both sides.</summary>
public static class LaneProtocol
{
    /// <summary>A key's id on a lane as people compare it: eight lower-case hex digits; empty for 0, which is no key.</summary>
    public static string KeyName(uint keyId) => keyId == 0 ? "" : keyId.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>The lane as the service shows it.</summary>
    /// <param name="status">The lane.</param>
    /// <param name="now">Time of this side, for the age of the heartbeat.</param>
    public static Lane ToProto(this LaneStatus status, DateTimeOffset now) => new()
    {
        Name = $"lanes/{status.Lane}",
        Kind = status.Kind,
        LastSession = status.LastSession,
        Datagrams = Count(status.Datagrams),
        Bytes = Count(status.Bytes),
        DroppedDatagrams = Count(status.DroppedDatagrams),
        RepairedBlocks = Count(status.RepairedBlocks),
        LostBlocks = Count(status.LostBlocks),
        CrowdedOutBlocks = Count(status.CrowdedOutBlocks),
        ReceivedBitsPerSecond = status.ReceivedBitsPerSecond,
        MissingSessions = { status.MissingSessions },
        HeartbeatTime = status.HeartbeatTime?.ToTimestamp(),
        HeartbeatAge = status.HeartbeatTime is { } beat ? Duration.FromTimeSpan(now > beat ? now - beat : TimeSpan.Zero) : null,
        QueuedSessions = status.QueuedSessions,
        RateBitsPerSecond = status.RateBitsPerSecond,
        SentBitsPerSecond = status.SentBitsPerSecond,
        PackingRatio = status.PackingRatio,
        Packing = status.IsPacking,
        ParityNeeded = { status.ParityNeeded.Select(Count) },
        ParitySymbols = status.ParitySymbols,
        MissingDatagrams = Count(status.MissingDatagrams),
        KernelDrops = Count(status.KernelDrops),
        Faults = new LaneFaults
        {
            Malformed = Count(status.Malformed),
            Foreign = Count(status.Foreign),
            Forged = Count(status.Forged),
            Replayed = Count(status.Replayed),
        },
        ActiveSessions = { status.ActiveSessions.Select(ToProto) },
        KeyIds = { status.KeyIds.Select(KeyName) },
        KeyId = KeyName(status.KeyId),
    };

    private static LaneSession ToProto(LaneSessionStatus session) => new()
    {
        Session = session.Session,
        Transfer = $"transfers/{session.TransferId}",
        Blocks = session.Blocks,
        DoneBlocks = session.DoneBlocks,
        Priority = session.Priority,
    };

    private static ulong Count(long count) => checked((ulong)count);
}
