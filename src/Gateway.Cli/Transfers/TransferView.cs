using Gateway.Cli.Services;
using Gateway.Protocol.Low.V1;
using Gateway.Protocol.V1;

namespace Gateway.Cli.Transfers;

/// <summary>A transfer as JSON: enum names in the words of the protocol, times in RFC 3339.</summary>
internal sealed record TransferView(
    string Id,
    string Kind,
    string Name,
    string Version,
    string Class,
    string Destination,
    string Lane,
    string Submitter,
    string Purpose,
    string State,
    int Priority,
    int Files,
    long TotalBytes,
    long StagedBytes,
    long SentBytes,
    long SparedBytes,
    ulong Session,
    string ManifestSha256,
    string InspectionSha256,
    string ReleaseSha256,
    int ApprovalsRequired,
    IReadOnlyList<ApprovalView> Approvals,
    RefusalView? Refusal,
    DateTimeOffset? CreateTime,
    DateTimeOffset? UpdateTime,
    DateTimeOffset? ExpireTime)
{
    public static TransferView Of(Transfer transfer) => new(
        ResourceName.IdOf(transfer.Name),
        Words.Of(transfer.Artifact?.Kind ?? ArtifactKind.Unspecified),
        transfer.Artifact?.Name ?? string.Empty,
        transfer.Artifact?.Version ?? string.Empty,
        transfer.Class,
        transfer.Destination,
        transfer.Lane,
        transfer.Submitter,
        transfer.Purpose,
        Words.Of(transfer.State),
        transfer.Priority,
        transfer.Files,
        transfer.TotalBytes,
        transfer.StagedBytes,
        transfer.SentBytes,
        transfer.SparedBytes,
        transfer.Session,
        transfer.ManifestSha256,
        transfer.InspectionSha256,
        transfer.ReleaseSha256,
        transfer.ApprovalsRequired,
        [.. transfer.Approvals.Select(a => new ApprovalView(a.Person, a.KeyId, a.Approved, a.Message, a.CreateTime?.ToDateTimeOffset()))],
        Words.Of(transfer.Refusal),
        transfer.CreateTime?.ToDateTimeOffset(),
        transfer.UpdateTime?.ToDateTimeOffset(),
        transfer.ExpireTime?.ToDateTimeOffset());
}

/// <summary>One approver's word as JSON.</summary>
internal sealed record ApprovalView(string Person, string KeyId, bool Approved, string Message, DateTimeOffset? Time);

/// <summary>Transfers as JSON.</summary>
internal sealed record TransfersDocument(IReadOnlyList<TransferView> Transfers);
