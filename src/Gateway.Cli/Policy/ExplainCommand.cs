using System.CommandLine;
using System.Globalization;
using Gateway.Cli.Contexts;
using Gateway.Cli.Services;
using Gateway.Cli.Signing;
using Gateway.Core.Policy;
using Gateway.Core.Trust;
using Gateway.Protocol.Low.V1;
using Envelope = Gateway.Core.Trust.Envelope;

namespace Gateway.Cli.Policy;

/// <summary>
/// <c>gateway policy explain ID --bundle DIR</c>: which rules decide about a transfer, and what they see of it. Decided here, by the bundle on this disk, about documents that were
/// verified against the pinned trust root: the low side's word is taken for destination and lane only.
/// </summary>
internal static class ExplainCommand
{
    /// <summary>Approvals that are tried at most; no site asks so many people.</summary>
    private const int MostApprovals = 10;

    public static Command Create(CommandEnvironment environment)
    {
        var id = new Argument<string>("ID") { Description = "Transfer id; it was inspected." };
        var bundle = new Option<string>("--bundle") { HelpName = "DIR", Description = "Directory of the policy bundle.", Required = true };
        return new Command("explain", "Says which rules decide about a transfer, and what they see of it.") { id, bundle, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                var context = result.ContextOf(environment);
                var explanation = await ExplainAsync(
                    environment, context, ResourceName.Transfer(result.GetRequiredValue(id)), PolicyDirectory.Read(result.GetRequiredValue(bundle)), cancel);
                if (result.WantsJson())
                {
                    environment.Screen.Document(explanation, CliJson.Default.ExplanationDocument);
                }
                else
                {
                    Show(environment, explanation);
                }

                return ExitCode.Done;
            });
    }

    private static async Task<ExplanationDocument> ExplainAsync(
        CommandEnvironment environment, GatewayContext context, string name, PolicyBundle bundle, CancellationToken cancel)
    {
        var root = PinnedTrustRoot.Open(context, environment.Time);
        using var channel = ServiceChannel.Low(context);
        var service = new TransferService.TransferServiceClient(channel);
        var transfer = await service.GetTransferAsync(new GetTransferRequest { Name = name }, cancellationToken: cancel);
        var manifest = SignedManifest.Open(Envelope.Parse(await DocumentReader.ReadAsync(service, name, Document.Manifest, cancel)).OrStop(), root).OrStop();
        var inspection = SignedInspection.Open(
            Envelope.Parse(await DocumentReader.ReadAsync(service, name, Document.Inspection, cancel)).OrStop(), root, manifest.Digest).OrStop();
        var question = PolicyQuestion.About(
            manifest.Manifest, inspection.Report, manifest.Submitter.Person.Id, transfer.Destination, transfer.Lane, approvers: []);

        using var engine = PolicyDirectory.Engine();
        using var policy = engine.Activate(bundle).OrStop();
        var (approvals, decision) = (0, policy.Decide(question, approvals: 0));
        while (!decision.Permitted && approvals < MostApprovals)
        {
            decision = policy.Decide(question, ++approvals);
        }

        return ExplanationDocument.Of(ResourceName.IdOf(name), bundle, context.PolicyDigest == bundle.Digest, question, decision, approvals);
    }

    private static void Show(CommandEnvironment environment, ExplanationDocument explanation)
    {
        environment.Screen.Line(explanation.Decision == ExplanationDocument.Permit
            ? $"permitted with {explanation.Approvals} approvals or more of people who may approve it"
            : "denied, whoever approves it");
        environment.Screen.Table(
            ["Rule", "Effect", "Reason", "What to do"], explanation.Rules.Select(r => (IReadOnlyList<string>)[r.Id, r.Effect, r.Reason, r.Fix]));
        if (explanation.Rules.Count == 0)
        {
            environment.Screen.Line("no rule permits it");
        }

        environment.Screen.Table(["What rules see", "Value"], explanation.Saw.Select(f => (IReadOnlyList<string>)[f.Name, f.Value]));
        if (!explanation.IsPinned)
        {
            environment.Screen.Line("This is not the policy that the context pins: it says what would be decided, not what will be.");
        }

        environment.Screen.Line($"by policy {explanation.Policy} version {explanation.Version.ToString(CultureInfo.InvariantCulture)} ({explanation.Sha256})");
    }
}
