using Gateway.Core.Trust;
using Gateway.High.Receive;
using Gateway.Hosting.Calls;
using Gateway.Protocol.V1;
using Grpc.Core;

namespace Gateway.High.Import;

/// <summary>The lanes as they are received here.</summary>
internal sealed class LaneCalls(IReadOnlyList<ILaneReceiver> lanes, TimeProvider time) : LaneService.LaneServiceBase
{
    private const string List = "lanes";
    private const int DefaultPageSize = 50;

    public override Task<ListLanesResponse> ListLanes(ListLanesRequest request, ServerCallContext context)
    {
        context.CallerWith(Role.Importer, Role.Auditor, Role.Admin);
        var size = PageSize.Of(request.PageSize, DefaultPageSize, DefaultPageSize).OrRefuse();
        var after = PageToken.Read(List, request.PageToken).OrRefuse();
        var page = lanes
            .Select(lane => lane.Status)
            .Where(status => string.CompareOrdinal(status.Lane, after) > 0)
            .OrderBy(status => status.Lane, StringComparer.Ordinal)
            .Take(size + 1)
            .ToList();
        var response = new ListLanesResponse { Lanes = { page.Take(size).Select(status => status.ToProto(time.GetUtcNow())) } };
        if (page.Count > size)
        {
            response.NextPageToken = PageToken.After(List, page[size - 1].Lane);
        }

        return Task.FromResult(response);
    }
}
