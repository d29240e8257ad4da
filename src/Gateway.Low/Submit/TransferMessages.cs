using System.Globalization;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Protocol.Low.V1;
using Gateway.Protocol.V1;
using Gateway.Storage.Low;
using Google.Protobuf.WellKnownTypes;
using ArtifactKind = Gateway.Core.Manifests.ArtifactKind;
using RefusalCode = Gateway.Protocol.V1.RefusalCode;

namespace Gateway.Low.Submit;

/// <summary>Catalog records as API messages.</summary>
internal static class TransferMessages
{
    public static Transfer ToMessage(this TransferRecord record)
    {
        var message = new Transfer
        {
            Name = TransferNames.Of(record.Id),
            Artifact = record.Artifact.ToMessage(),
            Class = record.Class,
            Destination = record.Destination,
            Lane = record.Lane,
            Submitter = record.Submitter,
            Purpose = record.Purpose,
            State = (Transfer.Types.State)record.State,
            TotalBytes = record.TotalBytes,
            StagedBytes = record.StagedBytes,
            Files = record.Files,
            ManifestSha256 = record.Manifest?.Hex ?? "",
            InspectionSha256 = record.Inspection?.Hex ?? "",
            ReleaseSha256 = record.Release?.Hex ?? "",
            ApprovalsRequired = record.ApprovalsRequired,
            Refusal = record.Refusal?.ToMessage(),
            CreateTime = record.Created.ToTimestamp(),
            UpdateTime = record.Updated.ToTimestamp(),
            ExpireTime = record.Expires?.ToTimestamp(),
            SentBytes = record.SentBytes,
            SparedBytes = record.SparedBytes,
            Session = (ulong)record.Session,
            Etag = record.Etag(),
            Priority = record.Priority,
        };
        message.Approvals.Add(record.Approvals.Select(ToMessage));
        return message;
    }

    public static string Etag(this TransferRecord record) => record.Revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>The name that a request gives, checked. Refuses with <see cref="Core.RefusalCode.NameInvalid"/>.</summary>
    public static Outcome<ArtifactName> ToName(this Artifact? artifact) =>
        ArtifactName.Parse((ArtifactKind)(artifact?.Kind ?? 0), artifact?.Name, artifact?.Version);

    public static Artifact ToMessage(this ArtifactName name) =>
        new() { Kind = (Protocol.V1.ArtifactKind)name.Kind, Name = name.FullName, Version = name.Version };

    private static RefusalNotice ToMessage(this Refusal refusal) =>
        new() { Code = (RefusalCode)refusal.Code, Detail = refusal.Detail, Sentence = refusal.Sentence };

    private static Approval ToMessage(ApprovalRecord approval) => new()
    {
        Person = approval.Person,
        KeyId = approval.KeyId,
        Message = approval.Message,
        CreateTime = approval.Time.ToTimestamp(),
        Approved = approval.Approved,
    };
}
