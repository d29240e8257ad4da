using Gateway.Cli.Files;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;

namespace Gateway.Cli.Verify;

/// <summary>The signed documents of an artifact, each verified against a trust root and bound to the others.</summary>
internal sealed record PublishedDocuments(SignedManifest Manifest, SignedInspection Inspection, ApprovedRelease Release)
{
    /// <summary>
    /// Opens the three envelopes. Validity, lane and policy were judged when the artifact came in and are not judged again: a published artifact stays
    /// good after its release has expired.
    /// </summary>
    public static Outcome<PublishedDocuments> Open(
        ReadOnlyMemory<byte> manifestEnvelope, ReadOnlyMemory<byte> inspectionEnvelope, ReadOnlyMemory<byte> releaseEnvelope, TrustRoot root)
    {
        if (!Envelope.Parse(manifestEnvelope).Succeeded(out var envelope, out var refusal)
            || !SignedManifest.Open(envelope, root).Succeeded(out var manifest, out refusal)
            || !Envelope.Parse(inspectionEnvelope).Succeeded(out envelope, out refusal)
            || !SignedInspection.Open(envelope, root, manifest.Digest).Succeeded(out var inspection, out refusal)
            || !Envelope.Parse(releaseEnvelope).Succeeded(out envelope, out refusal)
            || !Approvals.Count(envelope, root, manifest, 0).Succeeded(out var release, out refusal))
        {
            return refusal;
        }

        refusal = ReleaseBinding.Manifest(release.Release, manifest.Digest)
            ?? ReleaseBinding.Inspection(release.Release, inspection.Digest)
            ?? ReleaseBinding.Repetition(release.Release, manifest);
        return refusal is null ? new PublishedDocuments(manifest, inspection, release) : refusal;
    }

    /// <summary>Opens the documents of a directory.</summary>
    public static Outcome<PublishedDocuments> OpenIn(string directory, TrustRoot root)
    {
        var documents = new byte[3][];
        string[] names = [PublishedFiles.Manifest, PublishedFiles.Inspection, PublishedFiles.Release];
        for (var i = 0; i < names.Length; i++)
        {
            var path = Path.Combine(directory, PublishedFiles.Directory, names[i]);
            if (FileStatus.Of(path) is not { Type: FileType.Regular })
            {
                return new Refusal(RefusalCode.FileMissing, $"{PublishedFiles.Directory}/{names[i]}");
            }

            documents[i] = CappedFile.Read(path, Services.DocumentReader.MaximumBytes);
        }

        return Open(documents[0], documents[1], documents[2], root).Succeeded(out var opened, out var refusal)
            && (refusal = opened.Withdrawn(directory) ?? opened.MarkerFault(directory)) is null
            ? opened
            : refusal!;
    }

    /// <summary>What is left of a version that was taken from readers is its documents and a file that says why.</summary>
    private Refusal? Withdrawn(string directory)
    {
        var artifact = $"{Manifest.Manifest.Artifact}";
        return FileStatus.Of(Path.Combine(directory, PublishedFiles.Revoked)) is not null ? new Refusal(RefusalCode.VersionRevoked, $"{artifact}, see {PublishedFiles.Revoked}")
            : FileStatus.Of(Path.Combine(directory, PublishedFiles.Retired)) is not null ? new Refusal(RefusalCode.VersionRetired, $"{artifact}, see {PublishedFiles.Retired}")
            : null;
    }

    /// <summary>A marker that is there says what the signed documents say: nothing else counts on it, but pipelines act on it.</summary>
    private Refusal? MarkerFault(string directory)
    {
        var path = Path.Combine(directory, PublishedFiles.Success);
        var expected = SuccessMarker.Of(Release.Digest, Manifest.Digest, Manifest.Manifest.Files.Count, Manifest.Manifest.TotalBytes);
        return FileStatus.Of(path) switch
        {
            null => null,
            { Type: FileType.Regular } status when status.Bytes == expected.Length && CappedFile.Read(path, expected.Length).AsSpan().SequenceEqual(expected) => null,
            _ => new Refusal(RefusalCode.DigestMismatch, PublishedFiles.Success),
        };
    }
}
