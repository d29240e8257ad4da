using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Cli.Transfers;
using Gateway.Protocol.Low.V1;

namespace Gateway.Cli.Review;

/// <summary><c>gateway review [ID]</c>.</summary>
internal static class ReviewCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var id = new Argument<string?>("ID") { Description = "Transfer id; without it, what waits for you.", Arity = ArgumentArity.ZeroOrOne };
        var tensors = new Option<bool>("--tensors") { Description = "Lists every tensor, not only the first." };
        return new Command("review", "Lists what waits for your signature, or shows all that you must see before you sign.")
        {
            id, tensors, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            var context = result.ContextOf(environment);
            using var channel = ServiceChannel.Low(context);
            if (result.GetValue(id) is not { } named)
            {
                var reviews = await WaitingAsync(new ReviewService.ReviewServiceClient(channel), cancel);
                TransferScreen.List(environment.Screen, reviews, result.WantsJson());
                return ExitCode.Done;
            }

            var verified = await VerifiedRelease.FetchAsync(channel, context, ResourceName.Transfer(named), environment.Time, cancel);
            var view = ReviewView.Of(verified);
            if (result.WantsJson())
            {
                environment.Screen.Document(view, CliJson.Default.ReviewView);
            }
            else
            {
                ReviewScreen.Show(environment.Screen, view, verified, result.GetValue(tensors));
            }

            return ExitCode.Done;
        });
    }

    private static async Task<IReadOnlyList<Transfer>> WaitingAsync(ReviewService.ReviewServiceClient service, CancellationToken cancel) =>
        await Pages.All(
            async token =>
            {
                var page = await service.ListReviewsAsync(new ListReviewsRequest { PageSize = 1000, PageToken = token }, cancellationToken: cancel);
                return (page.Reviews.Select(r => r.Transfer), page.NextPageToken);
            },
            cancel).ToListAsync(cancel);
}
