using System.Collections.Frozen;
using Gateway.Core;
using Gateway.Core.Ledger;
using Gateway.Low.Approve;
using Gateway.Low.Inspect;
using Gateway.Low.Judge;
using Gateway.Low.Seal;
using Gateway.Low.Send;
using Gateway.Low.Submit;
using Gateway.Storage.Low;

namespace Gateway.Low;

/// <summary>The way of a transfer through the low side.</summary>
/// <remarks>
/// <code>
/// Submitted → Inspected → Judged → Approved → Sealed → sent
/// </code>
/// Each stage takes the type that only the stage before it can make, so that nothing is sent that was not approved, and nothing is approved
/// that was not inspected. A refusal at any stage ends the transfer; a crash at any point is a restart from what the catalog says.
/// </remarks>
internal sealed class LowPipeline(
    LowCatalog catalog,
    Submission submission,
    Inspection inspection,
    Judgement judgement,
    ApprovalDesk approvals,
    Sealing sealing,
    SentFiles sentFiles,
    FrozenDictionary<string, OutboundLane> lanes,
    TimeProvider time,
    ILogger<LowPipeline> logger) : IDisposable
{
    /// <summary>Transfers inspected at a time: inspection is bound by processor and disk, and holds a whole manifest in memory.</summary>
    private const int ConcurrentInspections = 1;

    /// <summary>errno of a full disk (ENOSPC) and of an exhausted quota (EDQUOT), as .NET gives them on Linux.</summary>
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Time before a stage that met a full disk is tried again: an operator needs minutes, the log should not fill what is left.</summary>
    private static readonly TimeSpan DiskFullDelay = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim inspecting = new(ConcurrentInspections, ConcurrentInspections);

    public void Dispose() => inspecting.Dispose();

    /// <summary>Carries a submitted transfer as far as it goes, and ends it where it is refused.</summary>
    public async Task CarryAsync(string transferId, CancellationToken cancellation)
    {
        if (await RefusalOfAsync(transferId, cancellation) is { } refusal)
        {
            // Where a person ended it meanwhile (cancelled, rejected) the state says so already and does not move.
            var end = refusal.Code == RefusalCode.Expired ? TransferState.Expired : TransferState.Refused;
            await catalog.MoveAsync(transferId, end, AuditEntry.Service, refusal, cancellation);
        }
    }

    /// <summary>A stage that fails says no: its cause is for the log, not for the submitter.</summary>
    private async Task<Refusal?> RefusalOfAsync(string transferId, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return (await SendAsync(transferId, cancellation)).Refusal;
            }
            catch (IOException e) when (e.HResult is NoSpace or QuotaExceeded)
            {
                // A full disk is no fault of the transfer's: it goes on from where it was once there is room.
                logger.DiskFull(transferId, DiskFullDelay);
                await Task.Delay(DiskFullDelay, time, cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                logger.Failed(e, transferId);
                return new Refusal(RefusalCode.Internal, "a stage failed");
            }
        }
    }

    private async Task<Outcome<TransferRecord>> SendAsync(string transferId, CancellationToken cancellation)
    {
        // :: Submitted, inspected, judged: the release is proposed.
        if (!(await ProposeAsync(transferId, cancellation)).Succeeded(out var judged, out var refusal))
        {
            return refusal;
        }

        // :: Approved: enough distinct people signed it.
        if (!(await approvals.WaitAsync(judged, cancellation)).Succeeded(out var approved, out refusal))
        {
            return refusal;
        }

        // :: In its turn on the lane. What crosses is put together only then: it may be large, and many may wait.
        if (!lanes.TryGetValue(approved.Transfer.Lane, out var lane))
        {
            return new Refusal(RefusalCode.LaneUnknown, approved.Transfer.Lane);
        }

        using var place = await lane.Queue.EnterAsync(cancellation);
        if (await lane.ShowQueuedAsync(approved, cancellation) is { } ended)
        {
            return ended;
        }

        await place.TurnAsync(approved.Transfer.Priority, transferId, cancellation);

        // :: Sealed: documents and bytes are still what people approved.
        if (!(await sealing.SealAsync(approved, cancellation)).Succeeded(out var sealedTransfer, out refusal))
        {
            return refusal;
        }

        // :: Sent, but for what crossed before, and remembered, so that the same files need not cross again. Nothing comes back.
        if (await lane.SendAsync(sealedTransfer, cancellation) is { } stopped)
        {
            return stopped;
        }

        await sentFiles.RememberAsync(approved.Transfer, cancellation);
        return await catalog.MoveAsync(transferId, TransferState.SentUnconfirmed, AuditEntry.Service, null, cancellation);
    }

    /// <summary>The part that is done at once. A method of its own, so that its documents are not held while people decide.</summary>
    private async Task<Outcome<Judged>> ProposeAsync(string transferId, CancellationToken cancellation)
    {
        await inspecting.WaitAsync(cancellation);
        try
        {
            if (!(await catalog.FindAsync(transferId, cancellation)).Succeeded(out var transfer, out var refusal))
            {
                return refusal;
            }

            // After a restart: the release is out already, and is not proposed twice.
            if (transfer.State != TransferState.Submitted)
            {
                return Judged.Of(transfer);
            }

            if (!(await submission.ReopenAsync(transfer, cancellation)).Succeeded(out var submitted, out refusal)
                || !(await inspection.InspectAsync(submitted, cancellation)).Succeeded(out var inspected, out refusal))
            {
                return refusal;
            }

            return await judgement.ProposeAsync(inspected, cancellation);
        }
        finally
        {
            inspecting.Release();
        }
    }
}
