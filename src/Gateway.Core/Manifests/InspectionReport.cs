using Gateway.Core.Inspection;

namespace Gateway.Core.Manifests;

/// <summary>What inspection saw in one file; files come in manifest order, so the path is not repeated.</summary>
public sealed record InspectedFile(string Format, IReadOnlyList<Finding> Findings, IReadOnlyList<SummaryEntry> Summary);

/// <summary>The version that this one was compared with, and what changed.</summary>
public sealed record PreviousVersion(string Version, Digest ManifestDigest, int Added, int Removed, int Changed);

/// <summary>What inspection saw, and what it did not look at. Signed by the low gateway, recomputed by the high one.</summary>
public sealed record InspectionReport
{
    /// <summary>The statement's predicate type.</summary>
    public const string PredicateType = "urn:gateway:inspection:v1";

    /// <summary>The manifest that it is about.</summary>
    public required Digest ManifestDigest { get; init; }

    /// <summary>Version of the verifiers; both sides must run the same.</summary>
    public required string VerifierVersion { get; init; }

    /// <summary>In manifest order.</summary>
    public required IReadOnlyList<InspectedFile> Files { get; init; }

    /// <summary>Findings and facts of the artifact as a whole.</summary>
    public required IReadOnlyList<Finding> ArtifactFindings { get; init; }

    /// <summary>Totals over all files, for one screen.</summary>
    public required IReadOnlyList<SummaryEntry> Totals { get; init; }

    /// <summary>What nobody looked at, one sentence each.</summary>
    public required IReadOnlyList<string> NotChecked { get; init; }

    /// <summary>Null for a first version. The high side does not recompute it; approvers see it.</summary>
    public required PreviousVersion? Previous { get; init; }

    /// <summary>Reads the payload of an inspection strictly.</summary>
    public static Outcome<InspectionReport> Parse(ReadOnlyMemory<byte> payload) => throw new NotSupportedException("Lands next.");

    /// <summary>The canonical statement.</summary>
    public byte[] ToPayload() => throw new NotSupportedException("Lands next.");
}
