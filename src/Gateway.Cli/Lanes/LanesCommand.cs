using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Protocol.V1;

namespace Gateway.Cli.Lanes;

/// <summary><c>gateway lanes</c>: both ends of the lanes, as far as this context sees them.</summary>
internal static class LanesCommand
{
    public static Command Create(CommandEnvironment environment) =>
        new Command("lanes", "Shows the lanes of the sides that this context names.") { InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
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

                Print(environment.Screen, lanes, result.WantsJson());
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

    private static void Print(Screen screen, IReadOnlyList<LaneView> lanes, bool json)
    {
        if (json)
        {
            screen.Document(new LanesDocument(lanes), CliJson.Default.LanesDocument);
            return;
        }

        screen.Table(
            ["SIDE", "LANE", "KIND", "SESSION", "DATAGRAMS", "BYTES", "DROPPED", "REPAIRED", "LOST BLOCKS", "MISSING SESSIONS", "HEARTBEAT"],
            lanes.Select(l => (IReadOnlyList<string>)
            [
                l.Side, l.Lane, l.Kind, $"{l.LastSession}", $"{l.Datagrams}", $"{l.Bytes}", $"{l.DroppedDatagrams}", $"{l.RepairedBlocks}",
                $"{l.LostBlocks}", string.Join(' ', l.MissingSessions), l.HeartbeatTime?.ToString("u") ?? "never",
            ]));
    }
}

/// <summary>Lanes as JSON.</summary>
internal sealed record LanesDocument(IReadOnlyList<LaneView> Lanes);

/// <summary>One end of a lane as JSON.</summary>
internal sealed record LaneView(
    string Side,
    string Lane,
    string Kind,
    ulong LastSession,
    ulong Datagrams,
    ulong Bytes,
    ulong DroppedDatagrams,
    ulong RepairedBlocks,
    ulong LostBlocks,
    IReadOnlyList<ulong> MissingSessions,
    DateTimeOffset? HeartbeatTime,
    int QueuedSessions,
    long RateBitsPerSecond)
{
    public static LaneView Of(string side, Lane lane) => new(
        side, ResourceName.IdOf(lane.Name), lane.Kind, lane.LastSession, lane.Datagrams, lane.Bytes, lane.DroppedDatagrams, lane.RepairedBlocks,
        lane.LostBlocks, [.. lane.MissingSessions], lane.HeartbeatTime?.ToDateTimeOffset(), lane.QueuedSessions, lane.RateBitsPerSecond);
}
