using Gateway.Core.Manifests;

namespace Gateway.Core.Trust;

/// <summary>A manifest that an engineer of the trust root signed.</summary>
public sealed class SignedManifest
{
    private SignedManifest(Envelope envelope, Manifest manifest, Signer submitter)
    {
        Envelope = envelope;
        Manifest = manifest;
        Submitter = submitter;
    }

    public Envelope Envelope { get; }

    public Manifest Manifest { get; }

    /// <summary>SHA-256 of the payload.</summary>
    public Digest Digest => Envelope.PayloadDigest;

    /// <summary>Found from the verifying key.</summary>
    public Signer Submitter { get; }

    /// <summary>
    /// Verifies and reads. Refuses with <see cref="RefusalCode.SignatureInvalid"/>, <see cref="RefusalCode.RoleMissing"/>,
    /// <see cref="RefusalCode.ClassMismatch"/> where the manifest names another submitter, or as <see cref="Manifest.Parse"/> does.
    /// </summary>
    public static Outcome<SignedManifest> Open(Envelope envelope, TrustRoot root)
    {
        if (!SoleSigner.Of(envelope, root, Role.Engineer).Succeeded(out var submitter, out var refusal)
            || !Manifest.Parse(envelope.Payload).Succeeded(out var manifest, out refusal))
        {
            return refusal;
        }

        return manifest.Submitter == submitter.Person.Id
            ? new SignedManifest(envelope, manifest, submitter)
            : new Refusal(RefusalCode.ClassMismatch, $"signed by {submitter.Person.Id}, names {manifest.Submitter}");
    }
}
