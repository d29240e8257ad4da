using System.Collections.Frozen;
using System.Text;
using Gateway.Core;
using Gateway.Hosting.Calls;
using Gateway.Storage.Low;

namespace Gateway.Low.Send;

/// <summary>Sends a sent transfer once more, under a new session number, for blocks that the lane lost.</summary>
internal sealed class Resending(LowCatalog catalog, FrozenDictionary<string, OutboundLane> lanes, Carrying carrying, TimeProvider time)
{
    /// <summary>Refuses with <see cref="RefusalCode.StateWrong"/>, <see cref="RefusalCode.Expired"/> or <see cref="RefusalCode.LaneQueueFull"/>.</summary>
    public async Task<Outcome<TransferRecord>> ResendAsync(TransferRecord transfer, string requestId, Caller caller, CancellationToken cancellation)
    {
        if (transfer.Expires <= time.GetUtcNow())
        {
            return new Refusal(RefusalCode.Expired, $"at {transfer.Expires:u}");
        }

        if (lanes[transfer.Lane].Queue.IsFull)
        {
            return new Refusal(RefusalCode.LaneQueueFull, transfer.Lane);
        }

        var request = (requestId, Digest.Of(Encoding.UTF8.GetBytes($"resend {transfer.Id}")));
        var outcome = await catalog.ResendAsync(transfer.Id, request, caller.Id, cancellation);
        if (outcome.Succeeded(out var resent, out _) && resent.State == TransferState.Sending && transfer.State == TransferState.SentUnconfirmed)
        {
            carrying.Begin(transfer.Id);
        }

        return outcome;
    }
}
