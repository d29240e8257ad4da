using Gateway.Core.Manifests;

namespace Gateway.Core.Trust;

/// <summary>A release that enough people signed.</summary>
/// <param name="Release">What they signed.</param>
/// <param name="Envelope">The envelope that carries it.</param>
/// <param name="Approvers">Those who count: distinct people, distinct keys.</param>
/// <param name="Required">How many were needed.</param>
public sealed record ApprovedRelease(Release Release, Envelope Envelope, IReadOnlyList<Signer> Approvers, int Required)
{
    /// <summary>SHA-256 of the payload.</summary>
    public Digest Digest => Envelope.PayloadDigest;
}

/// <summary>Counts approvals: distinct people and distinct keys, from verifying keys only, never from a field.</summary>
public static class Approvals
{
    /// <summary>
    /// The whole check of a release's signatures. Refuses with <see cref="RefusalCode.ThresholdNotMet"/>, <see cref="RefusalCode.SelfApproval"/> where
    /// a signature that may not count is what is missing, <see cref="RefusalCode.WrongManifest"/>, or as <see cref="Release.Parse"/> does.
    /// </summary>
    /// <param name="release">The release's envelope.</param>
    /// <param name="root">The active trust root.</param>
    /// <param name="manifest">The manifest that it releases: its signer and class decide.</param>
    /// <param name="atLeast">What policy asks for; the greater of this and the trust root's threshold is required. 0 where policy asks nothing.</param>
    public static Outcome<ApprovedRelease> Count(Envelope release, TrustRoot root, SignedManifest manifest, int atLeast)
    {
        if (!Release.Parse(release.Payload).Succeeded(out var parsed, out var refusal))
        {
            return refusal;
        }

        // Who may count depends on the manifest: one that the release does not name would exclude the wrong people.
        if (ReleaseBinding.Manifest(parsed, manifest.Digest) is { } wrong)
        {
            return wrong;
        }

        var required = Math.Max(root.ThresholdOf(manifest.Manifest.Class), atLeast);
        var signers = root.Signers(release);
        var approvers = Counting(signers, manifest);
        if (approvers.Count >= required)
        {
            return new ApprovedRelease(parsed, release, approvers, required);
        }

        return signers.Select(s => Objection(s, manifest)).FirstOrDefault(o => o?.Code == RefusalCode.SelfApproval)
            ?? new Refusal(RefusalCode.ThresholdNotMet, $"{approvers.Count} of {required}");
    }

    /// <summary>Those whose signatures count so far, in the envelope's order.</summary>
    public static IReadOnlyList<Signer> Counting(Envelope release, TrustRoot root, SignedManifest manifest) => Counting(root.Signers(release), manifest);

    /// <summary>Why this signer does not count for this manifest (<see cref="RefusalCode.SelfApproval"/> or <see cref="RefusalCode.RoleMissing"/>), or null.</summary>
    public static Refusal? Objection(Signer signer, SignedManifest manifest)
    {
        // The submitting person, whichever key of theirs signs, and whoever answers for the machine that submitted.
        if (signer.Person.Equals(manifest.Submitter.Person))
        {
            return new Refusal(RefusalCode.SelfApproval, signer.Identity.Urn);
        }

        return signer.Identity.Kind == IdentityKind.Person && signer.Identity.Has(Role.Approver)
            ? null
            : new Refusal(RefusalCode.RoleMissing, $"{signer.Identity} is no approver");
    }

    private static List<Signer> Counting(IReadOnlyList<Signer> signers, SignedManifest manifest) =>
        [.. signers.Where(s => Objection(s, manifest) is null).DistinctBy(s => s.Person)];
}
