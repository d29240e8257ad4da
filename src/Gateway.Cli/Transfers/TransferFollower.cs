using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Core;
using Gateway.Protocol.Low.V1;
using Grpc.Core;

namespace Gateway.Cli.Transfers;

/// <summary>Follows a transfer until nothing more happens to it on the low side.</summary>
internal static class TransferFollower
{
    /// <summary>Watches broken one after another before the service counts as unreachable: a restart takes a few seconds.</summary>
    private const int MaximumBrokenWatches = 30;

    private static readonly TimeSpan PauseAfterBreak = TimeSpan.FromSeconds(1);

    /// <summary>True where the low side will not change the transfer by itself any more.</summary>
    public static bool IsFinal(Transfer.Types.State state) => state is Transfer.Types.State.SentUnconfirmed
        or Transfer.Types.State.Refused or Transfer.Types.State.Rejected or Transfer.Types.State.Cancelled or Transfer.Types.State.Expired;

    /// <summary>The transfer in its final state; changes are printed as they come, sending with a bar on a terminal.</summary>
    public static async Task<Transfer> FollowAsync(
        TransferService.TransferServiceClient service, string name, CommandEnvironment environment, bool printChanges, CancellationToken cancel)
    {
        Transfer? last = null;
        await ProgressBars.RunAsync(environment, async bars =>
        {
            for (var broken = 0; last is null || !IsFinal(last.State); broken++)
            {
                try
                {
                    using var watch = service.WatchTransfer(new WatchTransferRequest { Name = name }, cancellationToken: cancel);
                    await foreach (var transfer in watch.ResponseStream.ReadAllAsync(cancel))
                    {
                        if (printChanges && transfer.State != last?.State)
                        {
                            environment.Screen.Line($"{Words.Of(transfer.UpdateTime)} {Words.Of(transfer.State)}");
                        }

                        last = transfer;
                        broken = 0;
                        if (transfer.Session > 0)
                        {
                            bars.Set("sending", transfer.SentBytes, transfer.TotalBytes);
                        }
                    }
                }
                catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable && broken < MaximumBrokenWatches)
                {
                    await Task.Delay(PauseAfterBreak, environment.Time, cancel);
                }
            }
        });
        return last!;
    }

    /// <summary>Stops with the transfer's refusal, or with what its state means, unless it was sent.</summary>
    public static void StopUnlessSent(Transfer transfer)
    {
        if (transfer.State == Transfer.Types.State.SentUnconfirmed)
        {
            return;
        }

        var entry = RefusalCatalogue.Entries.FirstOrDefault(e => transfer.Refusal is { } notice && (int)e.Code == (int)notice.Code);
        throw entry is null
            ? CommandStop.Refused(RefusalCode.StateWrong, $"the transfer ended as {Words.Of(transfer.State)}")
            : CommandStop.Refused(entry.Code, transfer.Refusal.Detail);
    }
}
