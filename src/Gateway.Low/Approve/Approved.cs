using Gateway.Core;
using Gateway.Core.Policy;
using Gateway.Core.Trust;
using Gateway.Low.Inspect;
using Gateway.Low.Judge;
using Gateway.Storage.Low;

namespace Gateway.Low.Approve;

/// <summary>A transfer whose release enough distinct people signed, as counted from the signatures. Nothing else can be sealed, hence sent.</summary>
internal sealed class Approved
{
    private Approved(TransferRecord transfer, ApprovedRelease release)
    {
        Transfer = transfer;
        Release = release;
    }

    public TransferRecord Transfer { get; }

    public ApprovedRelease Release { get; }

    /// <summary>
    /// Counts the signatures and holds the release against what is true now, as the high side will. Refuses with
    /// <see cref="RefusalCode.ThresholdNotMet"/>, with what <see cref="ReleaseBinding"/> finds, or with <see cref="RefusalCode.PolicyDenied"/>.
    /// </summary>
    public static Outcome<Approved> Open(Inspected inspected, Envelope release, TrustRoot root, ActivePolicy policy, DateTimeOffset now)
    {
        var transfer = inspected.Submitted.Transfer;
        var manifest = inspected.Submitted.Manifest;
        if (!Approvals.Count(release, root, manifest, transfer.ApprovalsRequired).Succeeded(out var counted, out var refusal))
        {
            return refusal;
        }

        var question = PolicyQuestions.Of(inspected, [.. counted.Approvers.Select(approver => approver.Person.Id)]);
        refusal = ReleaseBinding.Validity(counted.Release, now)
            ?? ReleaseBinding.Destination(counted.Release, transfer.Destination)
            ?? ReleaseBinding.Lane(counted.Release, transfer.Lane)
            ?? ReleaseBinding.TrustRootVersion(counted.Release, root)
            ?? ReleaseBinding.Policy(counted.Release, policy.Bundle.Digest, policy.Bundle.Version)
            ?? ReleaseBinding.Manifest(counted.Release, manifest.Digest)
            ?? ReleaseBinding.Inspection(counted.Release, inspected.Inspection.Digest)
            ?? ReleaseBinding.Repetition(counted.Release, manifest)
            ?? policy.Decide(question).Refusal;
        return refusal is not null ? refusal : new Approved(transfer, counted);
    }
}
