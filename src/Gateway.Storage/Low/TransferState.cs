using System.Text.Json;

namespace Gateway.Storage.Low;

/// <summary>Where a transfer stands on the low side. Numbers equal <c>gateway.low.v1.Transfer.State</c>.</summary>
public enum TransferState
{
    Uploading = 1,
    Submitted = 2,
    AwaitingApproval = 3,
    Approved = 4,
    Sending = 5,
    SentUnconfirmed = 6,
    Refused = 7,
    Rejected = 8,
    Cancelled = 9,
    Expired = 10,
}

/// <summary>Which state may follow which: the whole state machine in one place.</summary>
public static class TransferStates
{
    /// <summary>States from which nothing follows, save that a sent transfer may be sent again.</summary>
    public static bool IsFinal(this TransferState state) => state >= TransferState.SentUnconfirmed;

    /// <summary>The state as audit records and refusals write it, e.g. <c>awaiting_approval</c>.</summary>
    public static string Word(this TransferState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    /// <summary>True where <paramref name="next"/> may follow.</summary>
    public static bool MayBecome(this TransferState state, TransferState next) => (state, next) switch
    {
        (TransferState.Uploading, TransferState.Submitted) => true,
        (TransferState.Submitted, TransferState.AwaitingApproval) => true,
        (TransferState.AwaitingApproval, TransferState.Approved or TransferState.Rejected) => true,
        (TransferState.Approved, TransferState.Sending) => true,
        (TransferState.Sending, TransferState.SentUnconfirmed) => true,
        (TransferState.SentUnconfirmed, TransferState.Sending) => true,
        (TransferState.SentUnconfirmed, _) => false,
        (_, TransferState.Refused or TransferState.Cancelled or TransferState.Expired) => !state.IsFinal(),
        _ => false,
    };
}
