using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Gateway.Core;
using Gateway.Core.Wire;
using Gateway.Hosting.Calls;
using Gateway.Storage.Low;

namespace Gateway.Low.Send;

/// <summary>What a repair code asks for of one transfer.</summary>
/// <param name="Transfer">The transfer.</param>
/// <param name="Sessions">Missing sessions that brought it.</param>
/// <param name="Only">The blocks to send; null for all.</param>
/// <param name="IsSuperseded">True where a later session of it is not missing, so that the high side names its blocks where any are.</param>
internal sealed record WantedTransfer(TransferRecord Transfer, IReadOnlyList<ulong> Sessions, TransferBlocks? Only, bool IsSuperseded);

/// <summary>Does what a repair code asks for: finds whose sessions and blocks it names, and queues just those.</summary>
internal sealed class Repairing(LowCatalog catalog, FrozenDictionary<string, OutboundLane> lanes, Resending resending)
{
    /// <summary>Reads a code. Refuses with <see cref="RefusalCode.RepairCodeDamaged"/> or <see cref="RefusalCode.RepairCodeForeign"/>.</summary>
    public Outcome<(OutboundLane Lane, RepairCode Code)> Read(string text)
    {
        if (!RepairCode.Parse(text).Succeeded(out var code, out var refusal))
        {
            return refusal;
        }

        var lane = lanes.Values.FirstOrDefault(lane => Datagram.TagOf(lane.Id) == code.LaneTag);
        return lane is null ? new Refusal(RefusalCode.RepairCodeForeign, "of no lane of this gateway")
            : code.Objection(lane.Id, lane.Key) is { } objection ? objection
            : (lane, code);
    }

    /// <summary>What a code asks for, by transfer, and what of it cannot be found.</summary>
    public async Task<(IReadOnlyList<WantedTransfer> Wanted, IReadOnlyList<Refusal> Unknown)> FindAsync(
        string lane, RepairRequest request, CancellationToken cancellation)
    {
        var unknown = new List<Refusal>();
        var sessions = await catalog.FindSessionsAsync(lane, request.MissingSessions, cancellation);
        unknown.AddRange(request.MissingSessions.Except(sessions.Select(s => s.Number)).Select(n => new Refusal(RefusalCode.SessionUnknown, $"session {n} of {lane}")));
        var named = request.Transfers.ToDictionary(t => t.TransferId, StringComparer.Ordinal);
        var missing = sessions.ToLookup(s => s.TransferId, StringComparer.Ordinal);
        var wanted = new List<WantedTransfer>();
        foreach (var id in missing.Select(g => g.Key).Union(named.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (!(await catalog.FindAsync(id, cancellation)).Succeeded(out var transfer, out var refusal)
                || !Want(transfer, lane, [.. missing[id]], named.GetValueOrDefault(id)).Succeeded(out var one, out refusal))
            {
                unknown.Add(refusal);
            }
            else
            {
                wanted.Add(one);
            }
        }

        return (wanted, unknown);
    }

    /// <summary>Queues one transfer. Refuses as <see cref="Resending.ResendAsync"/> does; one that waits or crosses already is left as it is.</summary>
    public async Task<Outcome<TransferRecord>> QueueAsync(WantedTransfer wanted, string requestId, Caller caller, CancellationToken cancellation) =>
        await resending.ResendAsync(wanted.Transfer, wanted.Only, RequestIdFor(requestId, wanted.Transfer.Id), caller, cancellation);

    /// <summary>Why one transfer would be refused, or null.</summary>
    public Refusal? Objection(WantedTransfer wanted) => wanted.Transfer.State switch
    {
        TransferState.SentUnconfirmed => resending.Obstacle(wanted.Transfer),
        TransferState.Sending => null,
        var state => new Refusal(RefusalCode.StateWrong, $"{wanted.Transfer.Id} is {state.Word()}"),
    };

    /// <summary>Writes the code, whole, into the audit record.</summary>
    public async Task RecordAsync(string lane, RepairCode code, Caller caller, CancellationToken cancellation)
    {
        foreach (var entry in code.ToAudit(caller.Id, "repair.applied", lane))
        {
            await catalog.AuditAsync(entry, cancellation);
        }
    }

    private static Outcome<WantedTransfer> Want(TransferRecord transfer, string lane, IReadOnlyList<SentSession> missing, RepairTransfer? named)
    {
        if (transfer.Lane != lane)
        {
            return new Refusal(RefusalCode.RepairCodeForeign, $"{transfer.Id} crosses by {transfer.Lane}");
        }

        if (named is not null && named.Blocks != (transfer.TotalBytes == 0 ? 0 : ((transfer.TotalBytes - 1) / named.PayloadBytes) + 1))
        {
            return new Refusal(RefusalCode.RepairCodeForeign, $"{transfer.Id} has {transfer.TotalBytes} bytes here, which are not {named.Blocks} blocks of {named.PayloadBytes}");
        }

        var numbers = missing.Select(s => s.Number).ToList();
        var superseded = named is null && !numbers.Contains((ulong)transfer.Session);
        var parts = missing.Select(s => s.Only).Append(named is null ? null : new TransferBlocks(named.PayloadBytes, named.Missing)).ToList();
        var whole = named is null && missing.Any(s => s.Only is null);
        return new WantedTransfer(transfer, numbers, whole ? null : Union(parts.OfType<TransferBlocks>().ToList(), transfer.TotalBytes), superseded);
    }

    // A lane's geometry may have changed between two of them; the newest counts.
    private static TransferBlocks Union(List<TransferBlocks> parts, long totalBytes)
    {
        var payload = parts[^1].PayloadBytes;
        return new(payload, parts.Aggregate(BlockRanges.None, (all, part) => all.With(part.Ranges.Recut(part.PayloadBytes, payload, totalBytes))));
    }

    /// <summary>One call queues several transfers; each has an id of its own, the same whenever the call is repeated.</summary>
    private static string RequestIdFor(string requestId, string transferId) =>
        Guid.TryParse(requestId, out var id) ? new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{id:N} {transferId}")).AsSpan(..16)).ToString() : requestId;
}
