using Gateway.Core;

namespace Gateway.Storage.Low;

/// <summary>Signatures and rejections.</summary>
public sealed partial class LowCatalog
{
    /// <summary>
    /// Stores an approver's word; a rejection ends the transfer in the same commit. The same request again changes nothing. Refuses with
    /// <see cref="RefusalCode.StateWrong"/>, <see cref="RefusalCode.AlreadyDecided"/> or <see cref="RefusalCode.RequestIdReused"/>.
    /// </summary>
    /// <param name="id">The transfer.</param>
    /// <param name="decision">What the approver says.</param>
    /// <param name="request">The request's id, and the digest of what it asks.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellation">Cancels.</param>
    public Task<Outcome<TransferRecord>> DecideAsync(
        string id, ApprovalRecord decision, (string Id, Digest Body) request, string actor, CancellationToken cancellation) =>
        ChangeAsync(
            id,
            (transaction, record) =>
            {
                if (!RequestIds.Find(transaction, actor, request.Id, request.Body).Succeeded(out var earlier, out var refusal))
                {
                    return refusal;
                }

                if (earlier.Result is not null)
                {
                    return null;
                }

                if (record.Approvals.Any(approval => approval.Person == decision.Person))
                {
                    return new Refusal(RefusalCode.AlreadyDecided, decision.Person);
                }

                if (record.State != TransferState.AwaitingApproval)
                {
                    return new Refusal(RefusalCode.StateWrong, record.State.Word());
                }

                RequestIds.Record(transaction, actor, request.Id, request.Body, id);
                Insert(transaction, id, decision);
                Audit(
                    transaction, actor, id, decision.Approved ? "approval.given" : "approval.refused", record.State, null, decision.Message);
                return decision.Approved
                    ? Set(transaction, id, "revision = revision + 1", new { id })
                    : Move(transaction, record, TransferState.Rejected, actor, null);
            },
            cancellation);

    private static void Insert(CatalogTransaction transaction, string id, ApprovalRecord decision) =>
        transaction.Execute(
            """
            INSERT INTO approvals (transfer_id, person, approved, key_id, signature, message, time)
            VALUES (@id, @Person, @approved, @KeyId, @signature, @Message, @time)
            """,
            new
            {
                id,
                decision.Person,
                approved = decision.Approved ? 1 : 0,
                decision.KeyId,
                signature = decision.Signature.ToArray(),
                decision.Message,
                time = decision.Time.ToUnixTimeMilliseconds(),
            });
}
