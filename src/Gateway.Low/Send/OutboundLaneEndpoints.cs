using System.Collections.Frozen;
using Gateway.Hosting.Calls;
using Gateway.Protocol.V1;
using Grpc.Core;

namespace Gateway.Low.Send;

/// <summary>LaneService on the low side.</summary>
internal sealed class OutboundLaneEndpoints(FrozenDictionary<string, OutboundLane> lanes, TimeProvider time) : LaneService.LaneServiceBase
{
    private const string List = "lanes";
    private const int DefaultPageSize = 50;
    private const int MaximumPageSize = 1000;

    public override Task<ListLanesResponse> ListLanes(ListLanesRequest request, ServerCallContext context)
    {
        var size = PageSize.Of(request.PageSize, DefaultPageSize, MaximumPageSize).OrRefuse();
        var after = PageToken.Read(List, request.PageToken).OrRefuse();
        var rest = lanes.Values
            .Where(lane => string.CompareOrdinal(lane.Id, after) > 0)
            .OrderBy(lane => lane.Id, StringComparer.Ordinal)
            .Take(size + 1)
            .ToList();
        var response = new ListLanesResponse { Lanes = { rest.Take(size).Select(lane => lane.Status.ToProto(time.GetUtcNow())) } };
        if (rest.Count > size)
        {
            response.NextPageToken = PageToken.After(List, rest[size - 1].Id);
        }

        return Task.FromResult(response);
    }
}
