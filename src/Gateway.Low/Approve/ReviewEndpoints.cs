using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Low.Submit;
using Gateway.Protocol.Low.V1;
using Gateway.Storage.Low;
using Grpc.Core;

namespace Gateway.Low.Approve;

/// <summary>ReviewService: what waits for the caller, and what an approver looks at.</summary>
internal sealed class ReviewEndpoints(LowCatalog catalog) : ReviewService.ReviewServiceBase
{
    private const string List = "reviews";
    private const int DefaultPageSize = 50;
    private const int MaximumPageSize = 1000;

    public override async Task<ListReviewsResponse> ListReviews(ListReviewsRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Approver);
        var size = PageSize.Of(request.PageSize, DefaultPageSize, MaximumPageSize).OrRefuse();
        var after = PageToken.Read(List, request.PageToken).OrRefuse();
        var found = await catalog.ListAwaitingAsync(caller.PersonId, after, size + 1, context.CancellationToken);
        var response = new ListReviewsResponse { Reviews = { found.Take(size).Select(transfer => ToReview(transfer, caller)) } };
        if (found.Count > size)
        {
            response.NextPageToken = PageToken.After(List, found[size - 1].Id);
        }

        return response;
    }

    public override async Task<Review> GetReview(GetReviewRequest request, ServerCallContext context)
    {
        var id = TransferNames.ParseReview(request.Name).OrRefuse();
        return ToReview((await catalog.FindAsync(id, context.CancellationToken)).OrRefuse(), context.Caller());
    }

    private static Review ToReview(TransferRecord transfer, Caller caller) => new()
    {
        Name = TransferNames.ReviewOf(transfer.Id),
        Transfer = transfer.ToMessage(),
        PolicyRules = { transfer.PolicyRules },
        AwaitsCaller = transfer.State == TransferState.AwaitingApproval
            && caller.Identity.Has(Role.Approver)
            && transfer.Submitter != caller.PersonId
            && transfer.Approvals.All(approval => approval.Person != caller.PersonId),
    };
}
