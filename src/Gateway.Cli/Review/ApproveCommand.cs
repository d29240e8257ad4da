using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Cli.Signing;
using Gateway.Cli.Terminal;
using Gateway.Cli.Transfers;
using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Protocol.Low.V1;
using Google.Protobuf;
using Spectre.Console;

namespace Gateway.Cli.Review;

/// <summary>
/// <c>gateway approve</c>. Not a signing oracle: it signs only the pre-authentication encoding of a release that it built itself, from documents
/// that it verified, and whose digest the approver has seen.
/// </summary>
internal static class ApproveCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("Transfer id.");
        var digest = new Option<string?>("--digest") { Description = "The digest that gateway review showed; asked for on a terminal.", HelpName = "D" };
        var key = new Option<string?>("--key") { Description = "Signing key; the context's without it.", HelpName = "FILE" };
        var message = new Option<string>("--message", "-m") { Description = "Why, for the record.", Required = true, HelpName = "TEXT" };
        return new Command("approve", "Signs a release. A signature is undone only by expiry or by revoking its key.")
        {
            id, digest, key, message, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            var context = result.ContextOf(environment);
            using var channel = ServiceChannel.Low(context);
            var verified = await VerifiedRelease.FetchAsync(
                channel, context, ResourceName.Transfer(result.GetRequiredValue(id)), environment.Time, cancel);
            var shown = result.GetValue(digest) ?? Ask(environment);
            if (shown != verified.Digest.Hex)
            {
                throw CommandStop.Refused(RefusalCode.DigestNotShown, shown.Length == 0 ? "no digest given" : shown);
            }

            using var signing = SigningKeyFile.Open(environment, context, result.GetValue(key));
            var signed = Envelope.Sign(verified.Payload, signing);
            RefuseUseless(verified, signed);
            var transfer = await new ApprovalService.ApprovalServiceClient(channel).ApproveTransferAsync(
                new ApproveTransferRequest
                {
                    Name = verified.Transfer.Name,
                    RequestId = Guid.NewGuid().ToString(),
                    ReleaseSha256 = verified.Digest.Hex,
                    KeyId = signing.Public.KeyId,
                    Signature = ByteString.CopyFrom(signed.Signatures[0].Value.Span),
                    Message = result.GetRequiredValue(message),
                },
                cancellationToken: cancel);
            TransferScreen.Show(environment.Screen, transfer, result.WantsJson());
            return ExitCode.Done;
        });
    }

    /// <summary>A signature that can never count does not leave this machine: it would only be one more thing to revoke.</summary>
    private static void RefuseUseless(VerifiedRelease verified, Envelope signed)
    {
        var signer = verified.Root.Signers(signed).SingleOrDefault()
            ?? throw CommandStop.Refused(RefusalCode.SignatureInvalid, "the key is not in your trust root");
        Approvals.Objection(signer, verified.Manifest).OrStop();
    }

    private static string Ask(CommandEnvironment environment) => environment is { InIsTerminal: true, ErrorIsTerminal: true }
        ? Screen.For(environment.Error, isTerminal: true).Prompt(new TextPrompt<string>("Digest that gateway review showed:")).Trim()
        : string.Empty;
}
