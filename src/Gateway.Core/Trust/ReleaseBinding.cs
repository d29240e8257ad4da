using Gateway.Core.Manifests;

namespace Gateway.Core.Trust;

/// <summary>What a release is bound to beside its manifest and inspection.</summary>
public sealed record ReleaseContext
{
    public required long Sequence { get; init; }

    public required string Destination { get; init; }

    public required string Lane { get; init; }

    public required Digest PolicyDigest { get; init; }

    public required long PolicyVersion { get; init; }

    public required long TrustRootVersion { get; init; }

    public required string TransferId { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset NotAfter { get; init; }
}

/// <summary>Binds a release to what it is for, and finds where one is bound to something else. Each check answers one question; null is agreement.</summary>
public static class ReleaseBinding
{
    /// <summary>Builds the release of a manifest and its inspection.</summary>
    public static Release Build(SignedManifest manifest, SignedInspection inspection, ReleaseContext context) => throw new NotSupportedException("Lands next.");

    /// <summary><see cref="RefusalCode.WrongDestination"/>, or null.</summary>
    public static Refusal? Destination(Release release, string expected) => throw new NotSupportedException("Lands next.");

    /// <summary><see cref="RefusalCode.WrongLane"/>, or null.</summary>
    public static Refusal? Lane(Release release, string expected) => throw new NotSupportedException("Lands next.");

    /// <summary><see cref="RefusalCode.WrongTrustRoot"/>, or null.</summary>
    public static Refusal? TrustRootVersion(Release release, TrustRoot active) => throw new NotSupportedException("Lands next.");

    /// <summary><see cref="RefusalCode.WrongPolicy"/>, or null.</summary>
    public static Refusal? Policy(Release release, Digest digest, long version) => throw new NotSupportedException("Lands next.");

    /// <summary><see cref="RefusalCode.WrongManifest"/>, or null.</summary>
    public static Refusal? Manifest(Release release, Digest expected) => throw new NotSupportedException("Lands next.");

    /// <summary><see cref="RefusalCode.WrongInspection"/>, or null.</summary>
    public static Refusal? Inspection(Release release, Digest expected) => throw new NotSupportedException("Lands next.");

    /// <summary><see cref="RefusalCode.NotYetValid"/>, <see cref="RefusalCode.Expired"/>, or null.</summary>
    public static Refusal? Validity(Release release, DateTimeOffset now) => throw new NotSupportedException("Lands next.");

    /// <summary><see cref="RefusalCode.ManifestMismatch"/> where the release repeats something of the manifest differently, or null.</summary>
    public static Refusal? Repetition(Release release, SignedManifest manifest) => throw new NotSupportedException("Lands next.");

    /// <summary>The first disagreement with what is expected, all of the above in their order; sequence and transfer id included (<see cref="RefusalCode.ManifestMismatch"/>).</summary>
    public static Refusal? Disagreement(Release release, SignedManifest manifest, SignedInspection inspection, TrustRoot root, ReleaseContext expected, DateTimeOffset now) =>
        throw new NotSupportedException("Lands next.");
}
