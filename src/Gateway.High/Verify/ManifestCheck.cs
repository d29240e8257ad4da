using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Storage.High;

namespace Gateway.High.Verify;

/// <summary>
/// Check 5, manifest: it is signed by a key with the engineer role (a <see cref="SignedManifest"/> is the proof), and everything that the release repeats of it
/// is equal. What passed all five may be received.
/// </summary>
public sealed class Admitted
{
    private Admitted(Fresh fresh) => Fresh = fresh;

    public Fresh Fresh { get; }

    public ApprovedRelease Release => Fresh.Bound.Approved.Release;

    public SignedManifest SignedManifest => Fresh.Bound.Approved.Manifest;

    public Manifest Manifest => SignedManifest.Manifest;

    public SignedInspection Inspection => Fresh.Bound.Inspection;

    public ImportClaim Claim => Fresh.Bound.Approved.Claim;

    /// <summary>Refuses with <see cref="RefusalCode.ManifestMismatch"/>.</summary>
    public static Outcome<Admitted> Check(Fresh fresh) =>
        ReleaseBinding.Repetition(fresh.Bound.Approved.Release.Release, fresh.Bound.Approved.Manifest) is { } mismatch ? mismatch : new Admitted(fresh);
}
