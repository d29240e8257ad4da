using Gateway.Core.Manifests;
using Gateway.Hosting.Calls;
using Gateway.Storage.High;
using Google.Protobuf.WellKnownTypes;
using ArtifactMessage = Gateway.Protocol.V1.Artifact;
using ImportEventMessage = Gateway.Protocol.High.V1.ImportEvent;
using ImportMessage = Gateway.Protocol.High.V1.Import;

namespace Gateway.High.Import;

/// <summary>Imports in the words of the protocol.</summary>
internal static class ImportMessages
{
    public const string Collection = "imports/";

    public static ImportMessage ToProto(this ImportRecord import)
    {
        var message = new ImportMessage
        {
            Name = Collection + import.Id,
            State = (ImportMessage.Types.State)(int)import.State,
            ReceivedBytes = import.State == ImportState.Published ? import.Claim!.Bytes : import.ReceivedBytes,
            MissingBlocks = import.MissingBlocks,
            Path = import.Path ?? "",
            Refusal = import.Refusal?.ToProto(),
            CreateTime = Timestamp.FromDateTimeOffset(import.Created),
            UpdateTime = Timestamp.FromDateTimeOffset(import.Updated),
            AcknowledgedBy = { import.AcknowledgedBy },
            Session = checked((ulong)import.Session.Number),
            BytesDeleteTime = import.BytesDeleted is { } deleted ? Timestamp.FromDateTimeOffset(deleted) : null,
        };
        if (import.Revocation is { } revocation)
        {
            message.Revocation = new()
            {
                Reason = revocation.Reason,
                RequestedBy = revocation.RequestedBy,
                RequestTime = Timestamp.FromDateTimeOffset(revocation.Requested),
                CarriedOutBy = revocation.CarriedOutBy ?? "",
                CarryOutTime = revocation.CarriedOut is { } time ? Timestamp.FromDateTimeOffset(time) : null,
            };
        }

        if (import.Pin is { } pin)
        {
            message.Pin = new() { Reason = pin.Reason, PinnedBy = pin.PinnedBy, Time = Timestamp.FromDateTimeOffset(pin.Time) };
        }

        if (import.Retirement is { } retirement)
        {
            message.Retirement = new() { Rule = retirement.Rule, Time = Timestamp.FromDateTimeOffset(retirement.Time) };
        }

        if (import.Claim is { } claim)
        {
            message.Artifact = claim.Artifact.ToProto();
            message.Class = claim.Class;
            message.Submitter = claim.Submitter;
            message.Approvers.AddRange(claim.Approvers);
            message.Files = claim.Files;
            message.Bytes = claim.Bytes;
            message.ReleaseSha256 = claim.Release.Hex;
            message.ManifestSha256 = claim.Manifest.Hex;
            message.Sequence = claim.Sequence;
        }

        return message;
    }

    public static ImportEventMessage ToProto(this ImportEvent change) => new()
    {
        Cursor = ImportCursor.Of(change.Number),
        Import = change.Import.ToProto(),
        Time = Timestamp.FromDateTimeOffset(change.Time),
    };

    public static ArtifactMessage ToProto(this ArtifactName artifact) => new()
    {
        Kind = (Protocol.V1.ArtifactKind)(int)artifact.Kind,
        Name = artifact.FullName,
        Version = artifact.Version,
    };
}
