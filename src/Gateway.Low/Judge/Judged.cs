using Gateway.Core;
using Gateway.Storage.Low;

namespace Gateway.Low.Judge;

/// <summary>A transfer whose release is proposed. Small on purpose: it waits for people, for days.</summary>
internal sealed class Judged
{
    private Judged(string transferId, Digest release, DateTimeOffset expires)
    {
        TransferId = transferId;
        Release = release;
        Expires = expires;
    }

    public string TransferId { get; }

    /// <summary>What approvers sign.</summary>
    public Digest Release { get; }

    public DateTimeOffset Expires { get; }

    /// <summary>Refuses with <see cref="RefusalCode.StateWrong"/> a transfer without a proposed release, or one that ended.</summary>
    public static Outcome<Judged> Of(TransferRecord transfer) =>
        transfer is { State: >= TransferState.AwaitingApproval and <= TransferState.SentUnconfirmed, Release: { } release, Expires: { } expires }
            ? new Judged(transfer.Id, release, expires)
            : new Refusal(RefusalCode.StateWrong, transfer.State.Word());
}
