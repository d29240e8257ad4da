using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Protocol.Low.V1;

namespace Gateway.Cli.Transfers;

/// <summary><c>gateway list | show | watch | cancel | resend</c>.</summary>
internal static class TransferCommands
{
    public static IEnumerable<Command> Create(CommandEnvironment environment) =>
    [
        List(environment), Show(environment), Watch(environment), Cancel(environment), Resend(environment),
    ];

    private static Command List(CommandEnvironment environment)
    {
        var state = new Option<string?>("--state") { Description = "Only transfers in this state.", HelpName = "STATE" };
        state.AcceptOnlyFromAmong([.. Enum.GetValues<Transfer.Types.State>().Skip(1).Select(s => Words.Of(s))]);
        return new Command("list", "Lists transfers, newest first.") { state, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.Low(result.ContextOf(environment));
                var service = new TransferService.TransferServiceClient(channel);
                var wanted = Enum.GetValues<Transfer.Types.State>().FirstOrDefault(s => Words.Of(s) == result.GetValue(state));
                var transfers = await Pages.All(
                    async token =>
                    {
                        var page = await service.ListTransfersAsync(
                            new ListTransfersRequest { PageSize = 1000, PageToken = token, State = wanted }, cancellationToken: cancel);
                        return ((IEnumerable<Transfer>)page.Transfers, page.NextPageToken);
                    },
                    cancel).ToListAsync(cancel);
                TransferScreen.List(environment.Screen, transfers, result.WantsJson());
                return ExitCode.Done;
            });
    }

    private static Command Show(CommandEnvironment environment) => OnOne(
        environment, "show", "Shows one transfer.",
        async (service, name, cancel) => await service.GetTransferAsync(new GetTransferRequest { Name = name }, cancellationToken: cancel));

    private static Command Cancel(CommandEnvironment environment) => OnOne(
        environment, "cancel", "Gives a transfer up; one that was sent cannot be cancelled.",
        async (service, name, cancel) => await service.CancelTransferAsync(new CancelTransferRequest { Name = name }, cancellationToken: cancel));

    private static Command Resend(CommandEnvironment environment) => OnOne(
        environment, "resend", "Sends a sent transfer once more, for blocks that the lane lost.",
        async (service, name, cancel) => await service.ResendTransferAsync(
            new ResendTransferRequest { Name = name, RequestId = Guid.NewGuid().ToString() }, cancellationToken: cancel));

    private static Command OnOne(
        CommandEnvironment environment, string verb, string description,
        Func<TransferService.TransferServiceClient, string, CancellationToken, Task<Transfer>> call)
    {
        var id = InvocationOptions.Id("Transfer id.");
        return new Command(verb, description) { id, InvocationOptions.Context(), InvocationOptions.Json() }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.Low(result.ContextOf(environment));
            var transfer = await call(
                new TransferService.TransferServiceClient(channel), ResourceName.Transfer(result.GetRequiredValue(id)), cancel);
            TransferScreen.Show(environment.Screen, transfer, result.WantsJson());
            return ExitCode.Done;
        });
    }

    private static Command Watch(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("Transfer id.");
        return new Command("watch", "Follows a transfer to its final state; exits 1 where that is not SENT_UNCONFIRMED.")
        {
            id, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.Low(result.ContextOf(environment));
            var last = await TransferFollower.FollowAsync(
                new TransferService.TransferServiceClient(channel), ResourceName.Transfer(result.GetRequiredValue(id)), environment,
                printChanges: !result.WantsJson(), cancel);
            if (result.WantsJson())
            {
                TransferScreen.Show(environment.Screen, last, json: true);
            }

            TransferFollower.StopUnlessSent(last);
            return ExitCode.Done;
        });
    }
}
