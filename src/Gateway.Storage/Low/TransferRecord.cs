using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.Storage.Low;

/// <summary>A transfer as the catalog keeps it.</summary>
public sealed record TransferRecord
{
    /// <summary>32 lower-case hex digits of a version 7 UUID, so that ids sort by age.</summary>
    public required string Id { get; init; }

    public required ArtifactName Artifact { get; init; }

    /// <summary>Sensitivity class; empty takes the strictest threshold.</summary>
    public required string Class { get; init; }

    public required string Destination { get; init; }

    public required string Lane { get; init; }

    /// <summary>The person who submits: the caller, or the owner of the machine that called.</summary>
    public required string Submitter { get; init; }

    public required string Purpose { get; init; }

    /// <summary>1 to 100; higher goes first.</summary>
    public required int Priority { get; init; }

    /// <summary>Declared size of the byte stream.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Declared number of files.</summary>
    public required int Files { get; init; }

    public required TransferState State { get; init; }

    /// <summary>Bytes of the stream that are durable in staging.</summary>
    public long StagedBytes { get; init; }

    public Digest? Manifest { get; init; }

    public Digest? Inspection { get; init; }

    public Digest? Release { get; init; }

    /// <summary>Distinct people needed; 0 before the release is proposed.</summary>
    public int ApprovalsRequired { get; init; }

    /// <summary>Ids of the policy rules that decided.</summary>
    public IReadOnlyList<string> PolicyRules { get; init; } = [];

    /// <summary>End of the release's validity.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Up to which byte of the stream all blocks have left; what is sent again begins at 0.</summary>
    public long SentBytes { get; init; }

    /// <summary>Bytes of the stream in one block of the newest session; 0 before the first. The far side counts blocks of that size.</summary>
    public int SentPayloadBytes { get; init; }

    /// <summary>Bytes of the stream that its first session left out, as they lie in files that were sent before.</summary>
    public long SparedBytes { get; init; }

    /// <summary>Newest session on the lane; 0 before the first.</summary>
    public long Session { get; init; }

    public Refusal? Refusal { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Updated { get; init; }

    /// <summary>Grows with each change of state and each decision; progress does not count.</summary>
    public long Revision { get; init; }

    public IReadOnlyList<ApprovalRecord> Approvals { get; init; } = [];
}

/// <summary>What CreateTransfer asks for, checked.</summary>
public sealed record NewTransfer(
    string Id,
    ArtifactName Artifact,
    string Class,
    string Destination,
    string Lane,
    string Submitter,
    string Purpose,
    int Priority,
    long TotalBytes,
    int Files);

/// <summary>One approver's word. The signature is over the PAE of the release; empty for a rejection.</summary>
public sealed record ApprovalRecord(
    string Person,
    string KeyId,
    ReadOnlyMemory<byte> Signature,
    string Message,
    DateTimeOffset Time,
    bool Approved);

/// <summary>The release that the gateway proposes, with what it rests on.</summary>
public sealed record ReleaseProposal(
    Digest Release,
    ReadOnlyMemory<byte> Payload,
    int ApprovalsRequired,
    IReadOnlyList<string> PolicyRules,
    DateTimeOffset Expires);
