using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Storage.Low;

namespace Gateway.Low.Approve;

/// <summary>The release of a transfer with the signatures given so far.</summary>
internal sealed class StoredRelease(LowCatalog catalog)
{
    /// <summary>Refuses with <see cref="RefusalCode.StateWrong"/> before a release was proposed.</summary>
    public async Task<Outcome<Envelope>> ReadAsync(TransferRecord transfer, CancellationToken cancellation)
    {
        if (await catalog.FindReleaseAsync(transfer.Id, cancellation) is not { } payload)
        {
            return new Refusal(RefusalCode.StateWrong, transfer.State.Word());
        }

        var envelope = Envelope.Sign(payload);
        foreach (var approval in transfer.Approvals.Where(approval => approval.Approved))
        {
            if (!envelope.WithSignature(approval.KeyId, approval.Signature).Succeeded(out envelope!, out var refusal))
            {
                return refusal;
            }
        }

        return envelope;
    }
}
