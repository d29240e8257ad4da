using System.Text;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Core.Wire;
using Gateway.High.Receive;

namespace Gateway.Tests.High;

/// <summary>What a low side sends, honest unless a test bends it: every document can be replaced and every signature chosen.</summary>
internal sealed class Shipment
{
    private readonly byte[] stream;
    private readonly FecGeometry geometry;

    private Shipment(string transferId, SessionDocuments documents, byte[] stream, FecGeometry geometry)
    {
        this.geometry = geometry;
        TransferId = transferId;
        Documents = documents;
        this.stream = stream;
    }

    public string TransferId { get; }

    public SessionDocuments Documents { get; }

    public static Shipment Of(HighBench bench, Func<Packing, Packing>? bend = null)
    {
        var packing = new Packing
        {
            TransferId = Guid.CreateVersion7(bench.Time.GetUtcNow()).ToString("N"),
            Submitter = ("eva", bench.People.Eva),
            Inspector = bench.People.Inspector,
            Approvers = [bench.People.Ann, bench.People.Bob],
        };
        return Pack(bench, bend?.Invoke(packing) ?? packing);
    }

    public SessionHeader Header(ulong session) =>
        new(HighBench.Lane, session, geometry, new(TransferId, stream.Length, Documents.Release, Documents.Manifest, Documents.Inspection));

    public ReadOnlyMemory<byte> Block(int block, int blockBytes) =>
        stream.AsMemory(block * blockBytes, Math.Min(blockBytes, stream.Length - (block * blockBytes)));

    /// <summary>The same documents over other bytes.</summary>
    public Shipment WithByteFlipped(int offset)
    {
        var flipped = (byte[])stream.Clone();
        flipped[offset] ^= 1;
        return new Shipment(TransferId, Documents, flipped, geometry);
    }

    /// <summary>Other documents over the same bytes.</summary>
    public Shipment With(SessionDocuments documents) => new(TransferId, documents, stream, geometry);

    /// <summary>The same under another label than its documents say.</summary>
    public Shipment As(string transferId) => new(transferId, Documents, stream, geometry);

    private static Shipment Pack(HighBench bench, Packing packing)
    {
        var artifact = Value(ArtifactName.Parse(packing.Kind, packing.Name, packing.Version));
        var files = packing.Files.Select(file => (Path: Value(ArtifactPath.Parse(file.Path)), Bytes: Encoding.UTF8.GetBytes(file.Text)))
            .Concat(packing.Binaries.Select(file => (Path: Value(ArtifactPath.Parse(file.Path)), file.Bytes))).ToList();
        var head = new ManifestHead(artifact, packing.Class, packing.Submitter.Id, "training", "CC0-1.0", "");
        var manifest = Value(Manifest.Create(
            head, files.Select(file => new ManifestFile(file.Path, file.Bytes.Length, Digest.Of(file.Bytes), FormatGuess.FromName(file.Path.Value).Name()))));
        var signedManifest = Envelope.Sign(manifest.ToPayload(), packing.Submitter.Key);

        var contents = files.ToDictionary(file => file.Path, file => file.Bytes);
        var report = packing.Report(Inspect(manifest, contents).ToReport(signedManifest.Payload).Report with { Previous = packing.Previous });
        var inspection = Envelope.Sign(report.ToPayload(), packing.Inspector);

        var release = packing.Release(new Release
        {
            ManifestDigest = signedManifest.PayloadDigest,
            Artifact = artifact,
            Class = packing.Class,
            Submitter = packing.Submitter.Id.StartsWith("anns", StringComparison.Ordinal) ? "ann" : packing.Submitter.Id,
            Files = manifest.Files.Count,
            Bytes = manifest.TotalBytes,
            Sequence = packing.Sequence,
            Destination = HighBench.EnclaveId,
            Lane = HighBench.Lane,
            PolicyDigest = bench.Enclave.Policy.Bundle.Digest,
            PolicyVersion = bench.Enclave.Policy.Bundle.Version,
            TrustRootVersion = bench.Enclave.Root.Version,
            InspectionDigest = inspection.PayloadDigest,
            TransferId = packing.TransferId,
            NotBefore = bench.Time.GetUtcNow(),
            NotAfter = bench.Time.GetUtcNow().AddDays(7),
        });
        var stream = new byte[manifest.TotalBytes];
        var end = 0;
        foreach (var file in manifest.Files)
        {
            contents[file.Path].CopyTo(stream, end);
            end += contents[file.Path].Length;
        }

        return new Shipment(
            packing.TransferId,
            new(Envelope.Sign(release.ToPayload(), packing.Approvers).ToBytes(), signedManifest.ToBytes(), inspection.ToBytes()),
            stream,
            packing.Geometry);
    }

    private static ArtifactInspection Inspect(Manifest manifest, Dictionary<ArtifactPath, byte[]> contents)
    {
        var inspector = new ArtifactInspector(manifest.Artifact.Kind);
        foreach (var file in manifest.Files)
        {
            using var one = new FileInspector(file.Path, file.Bytes, Core.Inspection.Inspected.Reader(contents[file.Path]));
            one.Append(contents[file.Path]);
            inspector.Add(one.Complete(), file.Format);
        }

        return inspector.Complete();
    }

    private static T Value<T>(Outcome<T> outcome)
        where T : notnull =>
        outcome.Succeeded(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.ToString());
}

/// <summary>What goes into a shipment.</summary>
internal sealed record Packing
{
    public required string TransferId { get; init; }

    public required (string Id, SigningKey Key) Submitter { get; init; }

    public required SigningKey Inspector { get; init; }

    public required IReadOnlyList<SigningKey> Approvers { get; init; }

    public ArtifactKind Kind { get; init; } = ArtifactKind.Dataset;

    public string Name { get; init; } = "lab/sums";

    public string Version { get; init; } = "1";

    public string Class { get; init; } = "internal";

    public long Sequence { get; init; } = 1;

    public PreviousVersion? Previous { get; init; }

    /// <summary>Of small symbols, so that a small artifact has several blocks.</summary>
    public FecGeometry Geometry { get; init; } =
        FecGeometry.Create(dataSymbols: 2, paritySymbols: 1, symbolBytes: 64, interleave: 1).Succeeded(out var geometry, out var refusal) ? geometry : throw new InvalidOperationException(refusal.ToString());

    public IReadOnlyList<(string Path, string Text)> Files { get; init; } =
    [
        ("README.md", "# Sums\n"),
        ("data/test.jsonl", string.Concat(Enumerable.Range(0, 20).Select(i => $"{{\"a\":{i},\"b\":{i + 1}}}\n"))),
        ("data/train.jsonl", string.Concat(Enumerable.Range(0, 60).Select(i => $"{{\"a\":{i},\"b\":{2 * i}}}\n"))),
    ];

    /// <summary>Files beside those, which are no text.</summary>
    public IReadOnlyList<(string Path, byte[] Bytes)> Binaries { get; init; } = [];

    /// <summary>Bends the inspection before it is signed.</summary>
    public Func<InspectionReport, InspectionReport> Report { get; init; } = report => report;

    /// <summary>Bends the release before it is signed.</summary>
    public Func<Release, Release> Release { get; init; } = release => release;
}
