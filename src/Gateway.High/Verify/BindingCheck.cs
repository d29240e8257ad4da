using Gateway.Core;
using Gateway.Core.Policy;
using Gateway.Core.Trust;

namespace Gateway.High.Verify;

/// <summary>What a release must be bound to: this enclave and what it holds active.</summary>
/// <param name="Id">Id of this enclave.</param>
/// <param name="Root">The active trust root.</param>
/// <param name="Policy">The active policy.</param>
public sealed record Enclave(string Id, TrustRoot Root, ActivePolicy Policy);

/// <summary>
/// Check 3, binding: the release is for this enclave and the lane that carried it, under the active trust root and policy, about exactly this manifest
/// and this inspection, and valid now.
/// </summary>
public sealed class Bound
{
    private Bound(Approved approved, SignedInspection inspection) => (Approved, Inspection) = (approved, inspection);

    public Approved Approved { get; }

    public SignedInspection Inspection { get; }

    /// <summary>Refuses as each check of <see cref="ReleaseBinding"/> does, as <see cref="SignedInspection.Open"/> does, and with
    /// <see cref="RefusalCode.TrustRootExpired"/>: a root that expired while the service runs binds nobody.</summary>
    public static Outcome<Bound> Check(Approved approved, Enclave enclave, DateTimeOffset now)
    {
        var release = approved.Release.Release;
        var disagreement =
            ReleaseBinding.Destination(release, enclave.Id)
            ?? ReleaseBinding.Lane(release, approved.Opened.Arrival.Lane)
            ?? ReleaseBinding.TrustRootVersion(release, enclave.Root)
            ?? (now >= enclave.Root.Expires ? new Refusal(RefusalCode.TrustRootExpired, $"version {enclave.Root.Version}") : null)
            ?? ReleaseBinding.Policy(release, enclave.Policy.Bundle.Digest, enclave.Policy.Bundle.Version)
            ?? ReleaseBinding.Manifest(release, approved.Manifest.Digest)
            ?? ReleaseBinding.Inspection(release, approved.Opened.Inspection.PayloadDigest)
            ?? ReleaseBinding.Validity(release, now);
        if (disagreement is not null)
        {
            return disagreement;
        }

        return SignedInspection.Open(approved.Opened.Inspection, enclave.Root, approved.Manifest.Digest).Succeeded(out var inspection, out var refusal)
            ? new Bound(approved, inspection)
            : refusal;
    }
}
