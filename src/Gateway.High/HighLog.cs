using Gateway.Storage.High;

namespace Gateway.High;

/// <summary>One line per change of state; the transfer id is the same on both sides.</summary>
internal static partial class HighLog
{
    public static void StateChanged(this ILogger logger, ImportRecord import)
    {
        var artifact = import.Claim?.Artifact.ToString() ?? "";
        if (import.Refusal is { } refusal)
        {
            logger.Refused(import.Id, import.State.Word(), artifact, import.Session.Lane, import.Session.Number, refusal.Name, refusal.Detail);
        }
        else
        {
            logger.Moved(import.Id, import.State.Word(), artifact, import.Session.Lane, import.Session.Number, import.ReceivedBytes);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Import {TransferId} is {State}: {Artifact}, lane {Lane}, session {Session}, {ReceivedBytes} bytes here")]
    private static partial void Moved(
        this ILogger logger, string transferId, string state, string artifact, string lane, long session, long receivedBytes);

    [LoggerMessage(2, LogLevel.Warning, "Import {TransferId} is {State}: {Artifact}, lane {Lane}, session {Session}: {Refusal} ({Detail})")]
    private static partial void Refused(
        this ILogger logger, string transferId, string state, string artifact, string lane, long session, string refusal, string detail);
}
