using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Storage.Low;

namespace Gateway.Low.Submit;

/// <summary>A transfer whose manifest an engineer of the trust root signed, and which says what the transfer was created for.</summary>
internal sealed class Submitted
{
    private Submitted(TransferRecord transfer, SignedManifest manifest)
    {
        Transfer = transfer;
        Manifest = manifest;
    }

    public TransferRecord Transfer { get; }

    public SignedManifest Manifest { get; }

    /// <summary>
    /// Verifies a manifest's envelope and holds it against the transfer. Refuses as <see cref="Envelope.Parse"/> and <see cref="SignedManifest.Open"/>
    /// do, with <see cref="RefusalCode.ClassMismatch"/>, <see cref="RefusalCode.SizeMismatch"/>, or <see cref="RefusalCode.WrongManifest"/> where
    /// another one was accepted before.
    /// </summary>
    public static Outcome<Submitted> Open(TransferRecord transfer, ReadOnlyMemory<byte> envelope, TrustRoot root)
    {
        if (!Envelope.Parse(envelope).Succeeded(out var parsed, out var refusal)
            || !SignedManifest.Open(parsed, root).Succeeded(out var signed, out refusal))
        {
            return refusal;
        }

        return (Disagreement(transfer, signed) ?? Size(transfer, signed)) is { } disagreement
            ? disagreement
            : new Submitted(transfer, signed);
    }

    private static Refusal? Disagreement(TransferRecord transfer, SignedManifest signed)
    {
        var manifest = signed.Manifest;
        var field = manifest.Artifact != transfer.Artifact ? "artifact"
            : manifest.Class != transfer.Class ? "class"
            : signed.Submitter.Person.Id != transfer.Submitter ? "submitter"
            : manifest.Purpose != transfer.Purpose ? "purpose"
            : null;
        return field is not null ? new Refusal(RefusalCode.ClassMismatch, field)
            : transfer.Manifest is { } accepted && accepted != signed.Digest ? new Refusal(RefusalCode.WrongManifest, "another manifest was accepted")
            : null;
    }

    private static Refusal? Size(TransferRecord transfer, SignedManifest signed) =>
        signed.Manifest.Files.Count != transfer.Files ? new Refusal(RefusalCode.SizeMismatch, $"{signed.Manifest.Files.Count} files, created for {transfer.Files}")
        : signed.Manifest.TotalBytes != transfer.TotalBytes ? new Refusal(RefusalCode.SizeMismatch, $"{signed.Manifest.TotalBytes} bytes, created for {transfer.TotalBytes}")
        : null;
}
