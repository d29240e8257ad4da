using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.Storage.Low;

/// <summary>A row of <c>transfers</c>, as it is read; becomes a record only by passing the same parsers as a request.</summary>
internal sealed class TransferRow
{
    public const string Columns =
        """
        id AS Id, kind AS Kind, name AS Name, version AS Version, class AS Class, destination AS Destination, lane AS Lane,
        submitter AS Submitter, purpose AS Purpose, priority AS Priority, total_bytes AS TotalBytes, files AS Files, state AS State,
        staged_bytes AS StagedBytes, manifest_sha256 AS Manifest, inspection_sha256 AS Inspection, release_sha256 AS Release,
        approvals_required AS ApprovalsRequired, policy_rules AS PolicyRules, expires AS Expires, sent_bytes AS SentBytes,
        sent_payload_bytes AS SentPayloadBytes, spared_bytes AS SparedBytes, session AS Session, refusal_code AS RefusalCode, refusal_detail AS RefusalDetail, created AS Created, updated AS Updated,
        revision AS Revision
        """;

    private const char RuleSeparator = '\n';

    public string Id { get; init; } = "";

    public int Kind { get; init; }

    public string Name { get; init; } = "";

    public string Version { get; init; } = "";

    public string Class { get; init; } = "";

    public string Destination { get; init; } = "";

    public string Lane { get; init; } = "";

    public string Submitter { get; init; } = "";

    public string Purpose { get; init; } = "";

    public int Priority { get; init; }

    public long TotalBytes { get; init; }

    public int Files { get; init; }

    public int State { get; init; }

    public long StagedBytes { get; init; }

    public string? Manifest { get; init; }

    public string? Inspection { get; init; }

    public string? Release { get; init; }

    public int ApprovalsRequired { get; init; }

    public string PolicyRules { get; init; } = "";

    public long? Expires { get; init; }

    public long SentBytes { get; init; }

    public int SentPayloadBytes { get; init; }

    public long SparedBytes { get; init; }

    public long Session { get; init; }

    public int RefusalCode { get; init; }

    public string RefusalDetail { get; init; } = "";

    public long Created { get; init; }

    public long Updated { get; init; }

    public long Revision { get; init; }

    public static string JoinRules(IEnumerable<string> rules) => string.Join(RuleSeparator, rules);

    public TransferRecord ToRecord(IReadOnlyList<ApprovalRecord> approvals) => new()
    {
        Id = Id,
        Artifact = ArtifactName.Parse((ArtifactKind)Kind, Name, Version).Succeeded(out var artifact, out var refusal)
            ? artifact
            : throw new InvalidDataException($"The catalog holds a name that could not have been created: {refusal}"),
        Class = Class,
        Destination = Destination,
        Lane = Lane,
        Submitter = Submitter,
        Purpose = Purpose,
        Priority = Priority,
        TotalBytes = TotalBytes,
        Files = Files,
        State = (TransferState)State,
        StagedBytes = StagedBytes,
        Manifest = DigestOf(Manifest),
        Inspection = DigestOf(Inspection),
        Release = DigestOf(Release),
        ApprovalsRequired = ApprovalsRequired,
        PolicyRules = PolicyRules.Split(RuleSeparator, StringSplitOptions.RemoveEmptyEntries),
        Expires = Expires is { } expires ? DateTimeOffset.FromUnixTimeMilliseconds(expires) : null,
        SentBytes = SentBytes,
        SentPayloadBytes = SentPayloadBytes,
        SparedBytes = SparedBytes,
        Session = Session,
        Refusal = RefusalCode == 0 ? null : new Refusal((RefusalCode)RefusalCode, RefusalDetail),
        Created = DateTimeOffset.FromUnixTimeMilliseconds(Created),
        Updated = DateTimeOffset.FromUnixTimeMilliseconds(Updated),
        Revision = Revision,
        Approvals = approvals,
    };

    private static Digest? DigestOf(string? text) => Digest.TryParse(text, out var digest) ? digest : null;
}

/// <summary>A row of <c>approvals</c>.</summary>
internal sealed class ApprovalRow
{
    public const string Columns =
        """
        transfer_id AS TransferId, person AS Person, approved AS Approved, key_id AS KeyId, signature AS Signature, message AS Message,
        time AS Time
        """;

    public string TransferId { get; init; } = "";

    public string Person { get; init; } = "";

    public int Approved { get; init; }

    public string KeyId { get; init; } = "";

    public byte[] Signature { get; init; } = [];

    public string Message { get; init; } = "";

    public long Time { get; init; }

    public ApprovalRecord ToRecord() =>
        new(Person, KeyId, Signature, Message, DateTimeOffset.FromUnixTimeMilliseconds(Time), Approved != 0);
}
