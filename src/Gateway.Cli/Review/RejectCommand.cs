using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Cli.Transfers;
using Gateway.Protocol.Low.V1;

namespace Gateway.Cli.Review;

/// <summary><c>gateway reject</c>.</summary>
internal static class RejectCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("Transfer id.");
        var message = new Option<string>("--message", "-m") { Description = "Why; the submitter reads it.", Required = true, HelpName = "TEXT" };
        return new Command("reject", "Ends a transfer. One rejection is final; it does not undo signatures, which end by expiry or revocation only.")
        {
            id, message, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.Low(result.ContextOf(environment));
            var transfer = await new ApprovalService.ApprovalServiceClient(channel).RejectTransferAsync(
                new RejectTransferRequest
                {
                    Name = ResourceName.Transfer(result.GetRequiredValue(id)),
                    RequestId = Guid.NewGuid().ToString(),
                    Message = result.GetRequiredValue(message),
                },
                cancellationToken: cancel);
            TransferScreen.Show(environment.Screen, transfer, result.WantsJson());
            return ExitCode.Done;
        });
    }
}
