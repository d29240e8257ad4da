using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Storage.High;

namespace Gateway.High.Verify;

/// <summary>
/// Check 2, threshold: enough distinct people with the approver role signed the release. Keys and people are counted as found from verifying keys; the
/// submitter, found from the manifest's verifying key, does not count.
/// </summary>
public sealed class Approved
{
    private Approved(Opened opened, SignedManifest manifest, ApprovedRelease release) => (Opened, Manifest, Release) = (opened, manifest, release);

    public Opened Opened { get; }

    public SignedManifest Manifest { get; }

    public ApprovedRelease Release { get; }

    /// <summary>What the release claims, with those who approved it. Enough people signed it for its transfer id to be believed.</summary>
    public ImportClaim Claim => Opened.Claim with
    {
        Submitter = Manifest.Submitter.Person.Id,
        Approvers = [.. Release.Approvers.Select(approver => approver.Person.Id)],
    };

    /// <summary>Refuses as <see cref="SignedManifest.Open"/> and <see cref="Approvals.Count"/> do.</summary>
    public static Outcome<Approved> Check(Opened opened, TrustRoot root) =>
        SignedManifest.Open(opened.Manifest, root).Succeeded(out var manifest, out var refusal)
        && Approvals.Count(opened.ReleaseEnvelope, root, manifest, atLeast: 0).Succeeded(out var release, out refusal)
            ? new Approved(opened, manifest, release)
            : refusal;
}
