using Gateway.Core.Trust;
using Gateway.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Gateway.Hosting.Calls;

/// <summary>Reads at most <paramref name="count"/> records after a sequence number, oldest first.</summary>
public delegate Task<IReadOnlyList<Core.Ledger.AuditRecord>> AuditReader(long after, int count, CancellationToken cancellationToken);

/// <summary>The audit record of this side, for auditors.</summary>
public sealed class AuditLog(AuditReader read) : AuditService.AuditServiceBase
{
    private const string List = "audit";

    /// <summary>Records on a page that asks for no number.</summary>
    public const int DefaultPageSize = 100;

    /// <summary>Most records on a page: with their longest details they stay under the message limit of 4 MiB.</summary>
    public const int MaximumPageSize = 1000;

    public override async Task<ListAuditRecordsResponse> ListAuditRecords(ListAuditRecordsRequest request, ServerCallContext context)
    {
        context.CallerWith(Role.Auditor);
        var size = PageSize.Of(request.PageSize, DefaultPageSize, MaximumPageSize).OrRefuse();
        var after = PageToken.ReadNumber(List, request.PageToken, first: 0).OrRefuse();
        var records = await read(after, size + 1, context.CancellationToken);
        var response = new ListAuditRecordsResponse { Records = { records.Take(size).Select(ToProto) } };
        if (records.Count > size)
        {
            response.NextPageToken = PageToken.After(List, records[size - 1].Sequence);
        }

        return response;
    }

    private static Protocol.V1.AuditRecord ToProto(Core.Ledger.AuditRecord record) => new()
    {
        Sequence = record.Sequence,
        Time = Timestamp.FromDateTimeOffset(record.Time),
        Actor = record.Entry.Actor,
        TransferId = record.Entry.TransferId,
        Action = record.Entry.Action,
        State = record.Entry.State,
        Refusal = (RefusalCode)(int)record.Entry.Refusal,
        Detail = record.Entry.Detail,
    };
}
