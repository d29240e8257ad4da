using Gateway.Storage.Low;

namespace Gateway.Low;

/// <summary>One line per change of state; the transfer id is the same on both sides.</summary>
internal static partial class LowLog
{
    public static void StateChanged(this ILogger logger, TransferRecord transfer)
    {
        if (transfer.Refusal is { } refusal)
        {
            logger.Refused(transfer.Id, transfer.State.Word(), refusal.Name, refusal.Detail);
        }
        else
        {
            logger.Moved(transfer.Id, transfer.State.Word(), transfer.Artifact.ToString());
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{TransferId} failed")]
    public static partial void Failed(this ILogger logger, Exception cause, string transferId);

    [LoggerMessage(5, LogLevel.Error, "{TransferId} waits {Delay} for room: the disk is full")]
    public static partial void DiskFull(this ILogger logger, string transferId, TimeSpan delay);

    [LoggerMessage(6, LogLevel.Error, "clamd at {Address} gives no second opinion")]
    public static partial void ScannerUnavailable(this ILogger logger, Exception cause, string address);

    [LoggerMessage(2, LogLevel.Information, "carrying on with {Count} transfers")]
    public static partial void CarryingOn(this ILogger logger, int count);

    [LoggerMessage(3, LogLevel.Information, "{TransferId} is {State}: {Artifact}")]
    private static partial void Moved(this ILogger logger, string transferId, string state, string artifact);

    [LoggerMessage(4, LogLevel.Warning, "{TransferId} is {State}: {Refusal} ({Detail})")]
    private static partial void Refused(this ILogger logger, string transferId, string state, string refusal, string detail);
}
