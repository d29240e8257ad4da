using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Protocol.V1;

namespace Gateway.Cli.Lanes;

/// <summary><c>gateway lanes</c>: both ends of the lanes, as far as this context sees them.</summary>
internal static class LanesCommand
{
    public static Command Create(CommandEnvironment environment) =>
        new Command("lanes", "Shows the lanes of the sides that this context names: rate, loss, what parity had to repair, what is missing.")
        {
            InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            var context = result.ContextOf(environment);
            var lanes = new List<LaneView>();
            if (context.Low is not null)
            {
                using var channel = ServiceChannel.Low(context);
                lanes.AddRange((await ListAsync(new LaneService.LaneServiceClient(channel), cancel)).Select(l => LaneView.Of("low", l)));
            }

            if (context.High is not null)
            {
                using var channel = ServiceChannel.High(context);
                lanes.AddRange((await ListAsync(new LaneService.LaneServiceClient(channel), cancel)).Select(l => LaneView.Of("high", l)));
            }

            if (result.WantsJson())
            {
                environment.Screen.Document(new LanesDocument(lanes), CliJson.Default.LanesDocument);
            }
            else
            {
                LaneScreen.Show(environment.Screen, lanes);
            }

            return ExitCode.Done;
        });

    /// <summary>The lanes of one side.</summary>
    public static async Task<IReadOnlyList<Lane>> ListAsync(LaneService.LaneServiceClient service, CancellationToken cancel) =>
        await Pages.All(
            async token =>
            {
                var page = await service.ListLanesAsync(new ListLanesRequest { PageToken = token }, cancellationToken: cancel);
                return ((IEnumerable<Lane>)page.Lanes, page.NextPageToken);
            },
            cancel).ToListAsync(cancel);
}
