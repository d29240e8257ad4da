using System.Collections.Frozen;
using System.Text;
using Gateway.Core;
using Gateway.Hosting.Calls;
using Gateway.Low.Submit;
using Gateway.Storage.Low;

namespace Gateway.Low.Send;

/// <summary>Sends a sent transfer once more, under a new session number, for blocks that the lane lost.</summary>
internal sealed class Resending(
    LowCatalog catalog, FrozenDictionary<string, OutboundLane> lanes, Carrying carrying, Staging staging, TimeProvider time)
{
    /// <summary>Why a transfer cannot be sent again now, or null. Its state is looked at when it is.</summary>
    public Refusal? Obstacle(TransferRecord transfer) =>
        transfer.State != TransferState.SentUnconfirmed ? null
        : transfer.Expires <= time.GetUtcNow() ? new Refusal(RefusalCode.Expired, $"at {transfer.Expires:u}")
        : !lanes.TryGetValue(transfer.Lane, out var lane) ? new Refusal(RefusalCode.LaneUnknown, transfer.Lane)
        : !File.Exists(staging.PathOf(transfer.Id)) ? new Refusal(RefusalCode.StagingGone, transfer.Id)
        : lane.Queue.IsFull ? new Refusal(RefusalCode.LaneQueueFull, transfer.Lane)
        : null;

    /// <summary>
    /// Queues it. Refuses with <see cref="RefusalCode.StateWrong"/>, <see cref="RefusalCode.Expired"/>, <see cref="RefusalCode.StagingGone"/> or
    /// <see cref="RefusalCode.LaneQueueFull"/>.
    /// </summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="only">The blocks to send; null for all.</param>
    /// <param name="requestId">Id of the request: the same one again does nothing.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<Outcome<TransferRecord>> ResendAsync(
        TransferRecord transfer, TransferBlocks? only, string requestId, Caller caller, CancellationToken cancellation)
    {
        if (Obstacle(transfer) is { } obstacle)
        {
            return obstacle;
        }

        var request = (requestId, Digest.Of(Encoding.UTF8.GetBytes($"resend {transfer.Id} {only?.PayloadBytes} {only?.Ranges}")));
        var outcome = await catalog.ResendAsync(transfer.Id, only, request, caller.Id, cancellation);
        if (outcome.Succeeded(out var resent, out _) && resent.State == TransferState.Sending && transfer.State == TransferState.SentUnconfirmed)
        {
            carrying.Begin(transfer.Id);
        }

        return outcome;
    }
}
