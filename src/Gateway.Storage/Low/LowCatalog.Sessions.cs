using System.Globalization;
using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.Low;

/// <summary>Sessions on the lanes.</summary>
public sealed partial class LowCatalog
{
    /// <summary>
    /// Takes the lane's next session number for a transfer that is being sent. The number is durable before it is used: a crash leaves a
    /// gap, which the high side reports, never two sessions of one number.
    /// </summary>
    /// <param name="id">The transfer.</param>
    /// <param name="payloadBytes">Bytes of the stream in one of the session's blocks.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<Outcome<long>> StartSessionAsync(string id, int payloadBytes, CancellationToken cancellation)
    {
        var outcome = await ChangeAsync(
            id,
            (transaction, record) =>
            {
                if (record.State != TransferState.Sending)
                {
                    return new Refusal(RefusalCode.StateWrong, record.State.Word());
                }

                var session = NextOf(transaction, "lane_sessions", "lane", "last_session", record.Lane);
                RecordSession(transaction, record, session);
                Audit(
                    transaction, AuditEntry.Service, id, "session.started", record.State, null,
                    string.Create(CultureInfo.InvariantCulture, $"{record.Lane}, session {session}"));
                return Set(transaction, id, "session = @session, sent_payload_bytes = @payloadBytes", new { id, session, payloadBytes });
            },
            cancellation);
        return outcome.Succeeded(out var changed, out var refusal) ? changed.Session : refusal;
    }

    /// <summary>Progress on the lane; no change of state.</summary>
    public Task<Outcome<TransferRecord>> SetSentAsync(string id, long bytes, CancellationToken cancellation) =>
        ChangeAsync(id, (transaction, _) => Set(transaction, id, "sent_bytes = @bytes", new { id, bytes }), cancellation);

    /// <summary>
    /// A number for this start of a lane's sender, from 1, durable before it returns: with it and the lane's key datagrams are numbered, and no number may ever come
    /// twice.
    /// </summary>
    public Task<long> StartLaneAsync(string lane, CancellationToken cancellation) =>
        WriteAsync(transaction => NextOf(transaction, "lane_epochs", "lane", "last_epoch", lane), cancellation);

    /// <summary>Number of the newest session of a lane; 0 before the first.</summary>
    public Task<long> LastSessionAsync(string lane, CancellationToken cancellation) =>
        ReadAsync(reader => reader.Scalar<long?>("SELECT last_session FROM lane_sessions WHERE lane = @lane", new { lane }) ?? 0, cancellation);
}
