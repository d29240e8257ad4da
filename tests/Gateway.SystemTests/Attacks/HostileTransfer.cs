using System.Security.Cryptography;
using System.Text;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Core.Wire;
using Gateway.SystemTests.Site;

namespace Gateway.SystemTests.Attacks;

/// <summary>
/// A transfer as a low side wholly in an attacker's hands could make it: honest until a test changes one thing. Each property is one thing to change.
/// </summary>
internal sealed record HostileTransfer(Keyring Keys, PolicyBundleFacts Policy)
{
    private static int made;

    public string TransferId { get; init; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Fixed when it is made, so that sending it again sends the same release.</summary>
    public DateTimeOffset Made { get; init; } = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());

    public ArtifactKind Kind { get; init; } = ArtifactKind.Dataset;

    public string Name { get; init; } = $"attack/case-{Interlocked.Increment(ref made)}";

    public string Version { get; init; } = "1";

    public string Class { get; init; } = "internal";

    public string Submitter { get; init; } = "alice";

    public string Licence { get; init; } = "Apache-2.0";

    /// <summary>Paths and contents, in ordinal order of path.</summary>
    public IReadOnlyList<(string Path, byte[] Content)> Files { get; init; } =
        [("README.md", Encoding.UTF8.GetBytes("# Rows\n")), ("rows.jsonl", Encoding.UTF8.GetBytes("{\"text\":\"one\"}\n{\"text\":\"two\"}\n"))];

    public SigningKey SubmitKey { get; init; } = Keys.Alice;

    public SigningKey InspectKey { get; init; } = Keys.Low;

    public IReadOnlyList<SigningKey> ApproveKeys { get; init; } = [Keys.Bob, Keys.Carol];

    public Func<ManifestFile, ManifestFile> DeclaredFile { get; init; } = f => f;

    public Func<byte[], byte[]> ManifestPayload { get; init; } = p => p;

    public Func<InspectionReport, InspectionReport> Report { get; init; } = r => r;

    public Func<Release, Release> Release { get; init; } = r => r;

    public Func<byte[], byte[]> ReleasePayload { get; init; } = p => p;

    public Func<byte[], byte[]> ReleaseEnvelope { get; init; } = e => e;

    /// <summary>Replaces the manifest after the release was signed for the first one.</summary>
    public Func<Envelope, Envelope> SwapManifest { get; init; } = m => m;

    /// <summary>Replaces the inspection after the release was signed for the first one.</summary>
    public Func<Envelope, Envelope> SwapInspection { get; init; } = i => i;

    /// <summary>Changes the byte stream on its way.</summary>
    public Func<byte[], byte[]> Stream { get; init; } = s => s;

    public byte[] Bytes => [.. Files.SelectMany(f => f.Content)];

    /// <summary>The documents and the stream, signed.</summary>
    public (SessionContent Content, byte[] Stream) Build()
    {
        var artifact = Must(ArtifactName.Parse(Kind, Name, Version));
        var files = Files.Select(f => DeclaredFile(new ManifestFile(
            Must(ArtifactPath.Parse(f.Path)), f.Content.Length, Digest.Of(f.Content), FormatGuess.FromName(f.Path).Name())));
        var manifest = Must(Manifest.Create(new ManifestHead(artifact, Class, Submitter, "to test the gateway", Licence, ""), files));
        var manifestEnvelope = Envelope.Sign(ManifestPayload(manifest.ToPayload()), SubmitKey);

        var inspector = new ArtifactInspector(Kind);
        foreach (var (file, declared) in Files.Zip(manifest.Files))
        {
            using var one = new FileInspector(declared.Path, file.Content.Length, (offset, into) => new MemoryStream(file.Content) { Position = offset }.Read(into));
            one.Append(file.Content);
            inspector.Add(one.Complete(), declared.Format);
        }

        var report = Report(inspector.Complete().ToReport(manifestEnvelope.Payload).Report);
        var inspectionEnvelope = Envelope.Sign(report.ToPayload(), InspectKey);

        var release = Release(new Release
        {
            ManifestDigest = manifestEnvelope.PayloadDigest,
            Artifact = artifact,
            Class = Class,
            Submitter = Submitter,
            Files = manifest.Files.Count,
            Bytes = manifest.TotalBytes,
            Sequence = 1,
            Destination = HighSite.Enclave,
            Lane = HighSite.Lane,
            PolicyDigest = Policy.Digest,
            PolicyVersion = Policy.Version,
            TrustRootVersion = 1,
            InspectionDigest = inspectionEnvelope.PayloadDigest,
            TransferId = TransferId,
            NotBefore = Made.AddMinutes(-5),
            NotAfter = Made.AddDays(7),
        });
        var releaseEnvelope = Envelope.Sign(ReleasePayload(release.ToPayload()), ApproveKeys);
        var content = new SessionContent(
            TransferId,
            release.Bytes,
            ReleaseEnvelope(releaseEnvelope.ToBytes()),
            SwapManifest(manifestEnvelope).ToBytes(),
            SwapInspection(inspectionEnvelope).ToBytes());
        return (content, Stream(Bytes));
    }

    private static T Must<T>(Outcome<T> outcome)
        where T : notnull => outcome.Succeeded(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.ToString());
}

/// <summary>What a release repeats of the active policy.</summary>
internal sealed record PolicyBundleFacts(Digest Digest, long Version);
