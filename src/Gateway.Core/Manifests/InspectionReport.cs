using Gateway.Core.Inspection;

namespace Gateway.Core.Manifests;

/// <summary>What inspection saw in one file; files come in manifest order, so the path is not repeated.</summary>
/// <param name="Format">What it is.</param>
/// <param name="Verifier">What read it, with its version, e.g. <c>jsonl/1</c>.</param>
/// <param name="Findings">In the order in which they were seen.</param>
/// <param name="Summary">What was counted or read.</param>
/// <param name="Tensors">Its tensors in the order of their data, as far as the artifact's table has room; none where the format has none.</param>
public sealed record InspectedFile(
    string Format, string Verifier, IReadOnlyList<Finding> Findings, IReadOnlyList<SummaryEntry> Summary, IReadOnlyList<TensorRow> Tensors);

/// <summary>The version that this one was compared with, and what changed.</summary>
/// <param name="Version">Its version.</param>
/// <param name="ManifestDigest">Digest of its manifest.</param>
/// <param name="Added">Files that it does not have.</param>
/// <param name="Removed">Files that only it has.</param>
/// <param name="Changed">Files under the same path with other bytes.</param>
/// <param name="Tensors">The same of tensors; null where neither version lists any, or where the earlier inspection is of a form that is not read any more.</param>
public sealed record PreviousVersion(string Version, Digest ManifestDigest, int Added, int Removed, int Changed, TensorDifference? Tensors);

/// <summary>
/// What a scanner of the low side's said besides: that it found nothing. The high side has no such scanner and does not recompute it; approvers see it, and policy may ask for it.
/// </summary>
/// <param name="Engine">What it is, e.g. <c>ClamAV 1.4.3</c>.</param>
/// <param name="SignatureAgeDays">Age of its signatures when it was asked; null where it does not say.</param>
/// <param name="ScannedFiles">Files in which it found nothing.</param>
/// <param name="UnscannedFiles">Files too large for it.</param>
public sealed record SecondOpinion(string Engine, int? SignatureAgeDays, int ScannedFiles, int UnscannedFiles);

/// <summary>What inspection saw, and what it did not look at. Signed by the low gateway, recomputed by the high one.</summary>
public sealed record InspectionReport
{
    /// <summary>The statement's predicate type.</summary>
    public const string PredicateType = "urn:gateway:inspection:v1";

    /// <summary>Most bytes of a payload: as a manifest's, which has a file for each of its files.</summary>
    public const int MaximumPayloadBytes = 64 << 20;

    /// <summary>Most findings or summary lines of a file, and lines of each list for the artifact: more than a person reads.</summary>
    public const int MaximumEntries = 1024;

    /// <summary>Longest message or value, in characters: the type that the longest npy header declares.</summary>
    public const int MaximumTextLength = 16 << 10;

    /// <summary>Most tensors of a file's table.</summary>
    public const int MaximumTensors = InspectionLimits.SafetensorsTensors;

    /// <summary>The manifest that it is about.</summary>
    public required Digest ManifestDigest { get; init; }

    /// <summary>Version of the verifiers; both sides must run the same.</summary>
    public required string VerifierVersion { get; init; }

    /// <summary>In manifest order.</summary>
    public required IReadOnlyList<InspectedFile> Files { get; init; }

    /// <summary>Findings of the artifact as a whole.</summary>
    public required IReadOnlyList<Finding> ArtifactFindings { get; init; }

    /// <summary>Totals over all files, for one screen.</summary>
    public required IReadOnlyList<SummaryEntry> Totals { get; init; }

    /// <summary>What nobody looked at, one sentence each.</summary>
    public required IReadOnlyList<string> NotChecked { get; init; }

    /// <summary>Null for a first version. Approvers see it; the high side recomputes it where it holds that version.</summary>
    public required PreviousVersion? Previous { get; init; }

    /// <summary>Null where this site asks nobody besides.</summary>
    public required SecondOpinion? SecondOpinion { get; init; }

    /// <summary>Reads the payload of an inspection strictly. Refuses with <see cref="RefusalCode.DocumentInvalid"/> or <see cref="RefusalCode.TooLarge"/>.</summary>
    public static Outcome<InspectionReport> Parse(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > MaximumPayloadBytes)
        {
            return new Refusal(RefusalCode.TooLarge, $"an inspection of more than {MaximumPayloadBytes} bytes");
        }

        if (!InspectionJson.Read(payload.Span).Succeeded(out var report, out var refusal))
        {
            return refusal;
        }

        return StatementWriter.CheckSpelling(payload, writer => InspectionJson.Write(writer, report)) is { } spelling ? spelling : report;
    }

    /// <summary>True where every file is of a format that this version knows, read by this version's verifier.</summary>
    public bool IsOfThisVersion =>
        Files.All(file => FileFormats.TryParse(file.Format, out var format) && file.Verifier == format.Verifier());

    /// <summary>The first refusal: of a file, then of the artifact; null where it is accepted.</summary>
    /// <param name="manifest">The manifest that it is about.</param>
    public Refusal? RefusalFor(Manifest manifest) =>
        Files.Zip(manifest.Files, (found, file) => InspectionRefusal.Of(found.Findings, file.Path.Value)).FirstOrDefault(refusal => refusal is not null)
        ?? InspectionRefusal.Of(ArtifactFindings, "artifact");

    /// <summary>The canonical statement.</summary>
    public byte[] ToPayload() => StatementWriter.ToBytes(writer => InspectionJson.Write(writer, this));

    /// <summary>The same with its report, or null where it has more than <paramref name="maximumBytes"/>; and how many it has.</summary>
    internal WrittenReport? Write(int maximumBytes, out long bytes) =>
        StatementWriter.ToBytes(writer => InspectionJson.Write(writer, this), maximumBytes, out bytes) is { } payload ? new WrittenReport(this, payload) : null;
}
