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
    /// <summary>
    /// Releases that one artifact's sequence may skip. The low side counts one up for each proposal, so that an honest gap is the proposals that never
    /// crossed; without a bound, a single release with the largest number would close the artifact's name for ever.
    /// </summary>
    public const long MaximumSequenceStep = 1_000_000;

    /// <summary>Builds the release of a manifest and its inspection; instants are cut to whole seconds.</summary>
    public static Release Build(SignedManifest manifest, SignedInspection inspection, ReleaseContext context) => new()
    {
        ManifestDigest = manifest.Digest,
        Artifact = manifest.Manifest.Artifact,
        Class = manifest.Manifest.Class,
        Submitter = manifest.Submitter.Person.Id,
        Files = manifest.Manifest.Files.Count,
        Bytes = manifest.Manifest.TotalBytes,
        Sequence = context.Sequence,
        Destination = context.Destination,
        Lane = context.Lane,
        PolicyDigest = context.PolicyDigest,
        PolicyVersion = context.PolicyVersion,
        TrustRootVersion = context.TrustRootVersion,
        InspectionDigest = inspection.Digest,
        TransferId = context.TransferId,
        NotBefore = StatementText.WholeSeconds(context.NotBefore),
        NotAfter = StatementText.WholeSeconds(context.NotAfter),
    };

    /// <summary><see cref="RefusalCode.WrongDestination"/>, or null.</summary>
    public static Refusal? Destination(Release release, string expected) =>
        release.Destination == expected ? null : Wrong(RefusalCode.WrongDestination, release.Destination, expected);

    /// <summary><see cref="RefusalCode.WrongLane"/>, or null.</summary>
    public static Refusal? Lane(Release release, string expected) =>
        release.Lane == expected ? null : Wrong(RefusalCode.WrongLane, release.Lane, expected);

    /// <summary><see cref="RefusalCode.WrongTrustRoot"/>, or null.</summary>
    public static Refusal? TrustRootVersion(Release release, TrustRoot active) =>
        release.TrustRootVersion == active.Version ? null : Wrong(RefusalCode.WrongTrustRoot, release.TrustRootVersion, active.Version);

    /// <summary><see cref="RefusalCode.WrongPolicy"/>, or null.</summary>
    public static Refusal? Policy(Release release, Digest digest, long version) =>
        release.PolicyDigest == digest && release.PolicyVersion == version
            ? null
            : Wrong(RefusalCode.WrongPolicy, $"{release.PolicyVersion} {release.PolicyDigest}", $"{version} {digest}");

    /// <summary><see cref="RefusalCode.WrongManifest"/>, or null.</summary>
    public static Refusal? Manifest(Release release, Digest expected) =>
        release.ManifestDigest == expected ? null : Wrong(RefusalCode.WrongManifest, release.ManifestDigest, expected);

    /// <summary><see cref="RefusalCode.WrongInspection"/>, or null.</summary>
    public static Refusal? Inspection(Release release, Digest expected) =>
        release.InspectionDigest == expected ? null : Wrong(RefusalCode.WrongInspection, release.InspectionDigest, expected);

    /// <summary><see cref="RefusalCode.NotYetValid"/>, <see cref="RefusalCode.Expired"/>, or null.</summary>
    public static Refusal? Validity(Release release, DateTimeOffset now)
    {
        if (now < release.NotBefore)
        {
            return new Refusal(RefusalCode.NotYetValid, $"from {StatementText.Write(release.NotBefore)}");
        }

        return now < release.NotAfter ? null : new Refusal(RefusalCode.Expired, $"until {StatementText.Write(release.NotAfter)}");
    }

    /// <summary><see cref="RefusalCode.SequenceNotNewer"/>, <see cref="RefusalCode.SequenceTooFar"/>, or null.</summary>
    /// <param name="sequence">What the release says, from 1.</param>
    /// <param name="published">The highest published sequence of the artifact; 0 where it has none.</param>
    public static Refusal? Sequence(long sequence, long published)
    {
        if (sequence <= published)
        {
            return new Refusal(RefusalCode.SequenceNotNewer, $"sequence {sequence}, published {published}");
        }

        return sequence - published <= MaximumSequenceStep
            ? null
            : new Refusal(RefusalCode.SequenceTooFar, $"sequence {sequence}, published {published}, most {MaximumSequenceStep} above");
    }

    /// <summary><see cref="RefusalCode.ManifestMismatch"/> where the release repeats something of the manifest differently, or null.</summary>
    public static Refusal? Repetition(Release release, SignedManifest manifest) =>
        Mismatch("artifact", release.Artifact, manifest.Manifest.Artifact)
        ?? Mismatch("class", release.Class, manifest.Manifest.Class)
        ?? Mismatch("submitter", release.Submitter, manifest.Submitter.Person.Id)
        ?? Mismatch("files", release.Files, manifest.Manifest.Files.Count)
        ?? Mismatch("bytes", release.Bytes, manifest.Manifest.TotalBytes);

    /// <summary>
    /// The first disagreement with what is expected: all of the above in their order, then transfer id and sequence
    /// (<see cref="RefusalCode.ManifestMismatch"/>). Null means that <see cref="Build"/> would give the same bytes but for the validity.
    /// </summary>
    public static Refusal? Disagreement(
        Release release, SignedManifest manifest, SignedInspection inspection, TrustRoot root, ReleaseContext expected, DateTimeOffset now) =>
        Destination(release, expected.Destination)
        ?? Lane(release, expected.Lane)
        ?? TrustRootVersion(release, root)
        ?? Policy(release, expected.PolicyDigest, expected.PolicyVersion)
        ?? Manifest(release, manifest.Digest)
        ?? Inspection(release, inspection.Digest)
        ?? Validity(release, now)
        ?? Repetition(release, manifest)
        ?? Mismatch("transfer id", release.TransferId, expected.TransferId)
        ?? Mismatch("sequence", release.Sequence, expected.Sequence);

    private static Refusal Wrong<T>(RefusalCode code, T found, T expected) => new(code, $"{found}, expected {expected}");

    private static Refusal? Mismatch<T>(string member, T released, T expected)
        where T : IEquatable<T> =>
        released.Equals(expected) ? null : new Refusal(RefusalCode.ManifestMismatch, $"{member}: {released}, expected {expected}");
}
