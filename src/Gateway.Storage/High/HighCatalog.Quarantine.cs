using System.Globalization;
using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>What people do about refused imports: have them checked again, or delete their bytes. Neither overrides a check.</summary>
public sealed partial class HighCatalog
{
    /// <summary>
    /// Puts a quarantined import back among those whose bytes are here and are to be checked. Refuses with <see cref="RefusalCode.ImportUnknown"/>,
    /// <see cref="RefusalCode.StateWrong"/>, <see cref="RefusalCode.QuarantineIncomplete"/>, <see cref="RefusalCode.ReceiveQueueFull"/>, what <paramref name="quota"/> says, or as
    /// <see cref="RequestIds.Find"/> does.
    /// </summary>
    /// <param name="id">The import.</param>
    /// <param name="isHere">Whether what is set aside is the import's. Asked inside the transaction, so that nobody makes room with it meanwhile.</param>
    /// <param name="quota">What an organisation's quota says against it.</param>
    /// <param name="request">Id and meaning of the request.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<Outcome<ImportRecord>> RecheckAsync(
        string id, Func<ImportRecord, bool> isHere, Func<string, WantedSpace, Refusal?> quota, (string Id, Digest Body) request, string actor, CancellationToken cancellationToken) =>
        ChangeQuarantinedAsync(
            id,
            request,
            actor,
            (transaction, held) =>
            {
                if (held.Claim is not { } claim || held.ReceivedBytes != claim.Bytes)
                {
                    return new Refusal(RefusalCode.QuarantineIncomplete, string.Create(CultureInfo.InvariantCulture, $"{held.ReceivedBytes} bytes arrived"));
                }

                if (held.BytesDeleted is not null || !isHere(held))
                {
                    return new Refusal(RefusalCode.QuarantineIncomplete, held.BytesDeleted is null ? "they gave way to other bytes" : "they were deleted");
                }

                var open = transaction.Scalar<long>("SELECT COUNT(*) FROM imports WHERE state IN (1, 2, 3)");
                if (open >= MaximumOpenImports)
                {
                    return new Refusal(RefusalCode.ReceiveQueueFull, string.Create(CultureInfo.InvariantCulture, $"{open} are open"));
                }

                if (quota(claim.Artifact.Org, new(0, 0, BytesOf(transaction, claim.Artifact.Org, id), claim.Bytes)) is { } full)
                {
                    return full;
                }

                SetState(transaction, id, ImportState.Verifying, null);
                Announce(transaction, id, ImportState.Verifying, null, actor, $"checked again; it was refused with {held.Refusal?.Name}");
                return null;
            },
            cancellationToken);

    /// <summary>
    /// Records that the bytes of a quarantined import are deleted; the caller removes them then, and a restart removes what is left. Refuses with
    /// <see cref="RefusalCode.ImportUnknown"/>, <see cref="RefusalCode.StateWrong"/>, or as <see cref="RequestIds.Find"/> does.
    /// </summary>
    public Task<Outcome<ImportRecord>> DeleteBytesAsync(string id, (string Id, Digest Body) request, string actor, CancellationToken cancellationToken) =>
        ChangeQuarantinedAsync(
            id,
            request,
            actor,
            (transaction, held) =>
            {
                if (transaction.Execute(
                    "UPDATE imports SET bytes_deleted_ms = @now, updated_ms = @now WHERE id = @id AND bytes_deleted_ms IS NULL", new { id, now = Now(transaction) }) == 1)
                {
                    AuditTable.Append(transaction, new AuditEntry
                    {
                        Actor = actor,
                        TransferId = id,
                        Action = "quarantine.deleted",
                        State = held.State.Word(),
                        Detail = held.Claim?.Artifact.ToString() ?? "",
                    });
                }

                return null;
            },
            cancellationToken);

    /// <summary>A header that is refused later says nothing about bytes of the same release that are set aside already: they can still be checked.</summary>
    private static void KeepWhatIsSetAside(CatalogTransaction transaction, ImportRecord? held, ImportClaim? claim)
    {
        if (held is { Claim: { } before } && before.Release == claim?.Release)
        {
            transaction.Execute(
                "UPDATE imports SET received_bytes = @ReceivedBytes, bytes_deleted_ms = @deleted WHERE id = @Id",
                new { held.Id, held.ReceivedBytes, deleted = held.BytesDeleted?.ToUnixTimeMilliseconds() });
        }
    }

    private Task<Outcome<ImportRecord>> ChangeQuarantinedAsync(
        string id, (string Id, Digest Body) request, string actor, Func<CatalogTransaction, ImportRecord, Refusal?> change, CancellationToken cancellationToken) =>
        ChangeOnceAsync(
            id,
            request,
            actor,
            (transaction, held) => held.State != ImportState.Quarantined ? new Refusal(RefusalCode.StateWrong, held.State.Word()) : change(transaction, held),
            cancellationToken);
}
