using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection;

/// <summary>What inspection found in one file. Equal bytes under an equal name give an equal inspection, however they were chunked.</summary>
/// <param name="Path">As in the manifest.</param>
/// <param name="Bytes">Bytes that were inspected.</param>
/// <param name="Format">What the file is; <see cref="FileFormat.Unknown"/> where it is none of the formats that may cross.</param>
/// <param name="Findings">The refusal alone, or what was warned of.</param>
/// <param name="Summary">What approvers are told of its content; empty where it was refused.</param>
public sealed record FileInspection(
    ArtifactPath Path,
    long Bytes,
    FileFormat Format,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<SummaryEntry> Summary)
{
    /// <summary>True where no finding refuses.</summary>
    public bool Accepted => Findings.All(f => f.Severity != Severity.Refused);

    /// <summary>The refusal, or null where the file is accepted.</summary>
    public Refusal? Refusal => InspectionRefusal.Of(Findings, Path.Value);

    /// <summary>Its tensors in the order of their data, as far as they are listed; none where the format has none, or where it was refused.</summary>
    public IReadOnlyList<TensorRow> TensorRows => Tensors?.Rows ?? [];

    /// <summary>Rows, for totals; not part of the document.</summary>
    internal long Rows { get; init; }

    /// <summary>What the artifact-wide checks need of this file; not part of the document.</summary>
    internal ShardTensors? Tensors { get; init; }

    /// <summary>What the artifact-wide checks need of this index; not part of the document.</summary>
    internal ShardMap? Shards { get; init; }

    /// <summary>Samples, for totals; not part of the document.</summary>
    internal SampleTotals? Samples { get; init; }

    /// <summary>True where its rows follow a schema; not part of the document.</summary>
    internal bool FollowsSchema { get; init; }

    /// <summary>The same file, refused: of its content nothing is told.</summary>
    internal FileInspection Refused(Finding refusal) =>
        this with { Findings = [refusal], Summary = [], Tensors = null, Shards = null, Samples = null, Rows = 0 };
}
