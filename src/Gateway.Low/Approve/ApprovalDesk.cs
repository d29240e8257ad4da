using Gateway.Core;
using Gateway.Core.Ledger;
using Gateway.Core.Policy;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Low.Inspect;
using Gateway.Low.Judge;
using Gateway.Low.Submit;
using Gateway.Storage.Low;

namespace Gateway.Low.Approve;

/// <summary>Takes signatures and waits until there are enough. It holds no power: what counts is counted from the signatures, here and on the high side.</summary>
internal sealed class ApprovalDesk(
    LowCatalog catalog, LowDocuments documents, StoredRelease releases, Submission submission, TrustRoot root, ActivePolicy policy, TimeProvider time)
{
    /// <summary>
    /// Waits, for days perhaps, and through restarts. Refuses with <see cref="RefusalCode.Expired"/> at the end of the release's validity,
    /// with <see cref="RefusalCode.StateWrong"/> where the transfer was ended meanwhile, or as <see cref="Approved.Open"/> does once
    /// enough people signed.
    /// </summary>
    public async Task<Outcome<Approved>> WaitAsync(Judged judged, CancellationToken cancellation)
    {
        using var changes = catalog.Changes.Subscribe(judged.TransferId);
        while (true)
        {
            if (judged.Expires <= time.GetUtcNow() || !await ChangedBeforeAsync(judged.Expires, changes, cancellation))
            {
                return new Refusal(RefusalCode.Expired, $"at {judged.Expires:u}");
            }

            if (!(await catalog.FindAsync(judged.TransferId, cancellation)).Succeeded(out var transfer, out var refusal))
            {
                return refusal;
            }

            if (transfer.State is not (TransferState.AwaitingApproval or TransferState.Approved or TransferState.Sending))
            {
                return new Refusal(RefusalCode.StateWrong, transfer.State.Word());
            }

            if (transfer.Approvals.Count >= transfer.ApprovalsRequired)
            {
                return await CountAsync(transfer, cancellation);
            }
        }
    }

    /// <summary>
    /// Stores a signature that was made elsewhere. Refuses with <see cref="RefusalCode.DigestNotShown"/>, <see cref="RefusalCode.SignatureInvalid"/>,
    /// <see cref="RefusalCode.SignerNotCaller"/>, <see cref="RefusalCode.SelfApproval"/>, <see cref="RefusalCode.AlreadyDecided"/>,
    /// <see cref="RefusalCode.Expired"/> or <see cref="RefusalCode.StateWrong"/>.
    /// </summary>
    public async Task<Outcome<TransferRecord>> SignAsync(
        TransferRecord transfer, Caller caller, Signature signature, (string Id, Digest Body) request, CancellationToken cancellation)
    {
        using var activity = LowTelemetry.Activities.StartActivity("approve");
        activity?.SetTag("transfer.id", transfer.Id);
        if (!(await releases.ReadAsync(transfer, cancellation)).Succeeded(out var release, out var refusal))
        {
            return refusal;
        }

        if (signature.Release != release.PayloadDigest.Hex)
        {
            return new Refusal(RefusalCode.DigestNotShown, $"the release is {release.PayloadDigest}");
        }

        if (transfer.Expires <= time.GetUtcNow())
        {
            return new Refusal(RefusalCode.Expired, $"at {transfer.Expires:u}");
        }

        if (!Signer(release.Payload, signature, caller).Succeeded(out var signer, out refusal)
            || !(await submission.ReopenAsync(transfer, cancellation)).Succeeded(out var submitted, out refusal))
        {
            return refusal;
        }

        if (Approvals.Objection(signer, submitted.Manifest) is { } objection)
        {
            return objection;
        }

        var decision = new ApprovalRecord(signer.Person.Id, signer.Key.KeyId, signature.Value, signature.Message, time.GetUtcNow(), Approved: true);
        return await DecideAsync(transfer, decision, request, caller, cancellation);
    }

    /// <summary>Stores a rejection, which is final. Refuses with <see cref="RefusalCode.AlreadyDecided"/> or <see cref="RefusalCode.StateWrong"/>.</summary>
    public Task<Outcome<TransferRecord>> RejectAsync(
        TransferRecord transfer, Caller caller, string message, (string Id, Digest Body) request, CancellationToken cancellation)
    {
        var decision = new ApprovalRecord(caller.PersonId, "", ReadOnlyMemory<byte>.Empty, message, time.GetUtcNow(), Approved: false);
        return DecideAsync(transfer, decision, request, caller, cancellation);
    }

    private async Task<Outcome<TransferRecord>> DecideAsync(
        TransferRecord transfer, ApprovalRecord decision, (string Id, Digest Body) request, Caller caller, CancellationToken cancellation)
    {
        var decided = await catalog.DecideAsync(transfer.Id, decision, request, caller.Id, cancellation);
        // A request that is repeated changes nothing, and counts for nothing.
        if (decided.Succeeded(out var after, out _) && after.Approvals.Count > transfer.Approvals.Count)
        {
            LowTelemetry.Approvals.Add(1, new KeyValuePair<string, object?>("decision", decision.Approved ? "approved" : "rejected"));
        }

        return decided;
    }

    /// <summary>Who made this one signature; the caller, or a refusal. The key id that came with it is a hint and proves nothing.</summary>
    private Outcome<Signer> Signer(ReadOnlyMemory<byte> payload, Signature signature, Caller caller) =>
        !Envelope.Sign(payload).WithSignature(signature.KeyId, signature.Value).Succeeded(out var envelope, out var refusal) ? refusal
        : root.Signers(envelope) is not [var signer] ? new Refusal(RefusalCode.SignatureInvalid, "release")
        : signer.Identity != caller.Identity ? new Refusal(RefusalCode.SignerNotCaller, $"signed by {signer.Identity}, called by {caller.Identity}")
        : signer;

    private async Task<Outcome<Approved>> CountAsync(TransferRecord transfer, CancellationToken cancellation)
    {
        using var activity = LowTelemetry.Activities.StartActivity("count approvals");
        activity?.SetTag("transfer.id", transfer.Id);
        if (!(await submission.ReopenAsync(transfer, cancellation)).Succeeded(out var submitted, out var refusal)
            || !Envelope.Parse(await documents.ReadAsync(transfer.Id, LowDocument.Inspection, cancellation)).Succeeded(out var inspection, out refusal)
            || !Inspected.Open(submitted, inspection, root).Succeeded(out var inspected, out refusal)
            || !(await releases.ReadAsync(transfer, cancellation)).Succeeded(out var release, out refusal)
            || !Approved.Open(inspected, release, root, policy, time.GetUtcNow()).Succeeded(out var approved, out refusal))
        {
            return refusal;
        }

        if (transfer.State == TransferState.AwaitingApproval
            && !(await catalog.MoveAsync(transfer.Id, TransferState.Approved, AuditEntry.Service, null, cancellation)).Succeeded(out _, out refusal))
        {
            return refusal;
        }

        return approved;
    }

    /// <summary>False where the instant came first.</summary>
    private async Task<bool> ChangedBeforeAsync(DateTimeOffset instant, TransferChanges.Subscription changes, CancellationToken cancellation)
    {
        using var expiry = new CancellationTokenSource(instant - time.GetUtcNow(), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, expiry.Token);
        try
        {
            await changes.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}

/// <summary>A signature as an approver handed it in.</summary>
/// <param name="Release">Digest that the approver was shown.</param>
/// <param name="KeyId">Which key, as a hint.</param>
/// <param name="Value">Over the PAE of the release.</param>
/// <param name="Message">The approver's words.</param>
internal sealed record Signature(string Release, string KeyId, ReadOnlyMemory<byte> Value, string Message);
