using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Core.Wire;
using Gateway.Protocol.Low.V1;

namespace Gateway.Cli.Repair;

/// <summary><c>gateway repair apply</c>: has sent again what a code names.</summary>
internal static class RepairApplyCommand
{
    /// <summary>Most characters read from stdin: the longest code, spaced out as far as anybody does.</summary>
    private const int MaximumTyped = 4 * RepairCode.MaximumSymbols;

    public static Command Create(CommandEnvironment environment)
    {
        var groups = new Argument<string[]>("CODE")
        {
            Description = "The code, in one piece or group by group; - reads it from standard input. Case, spaces and hyphens do not matter; o is 0, i and l are 1.",
            Arity = ArgumentArity.OneOrMore,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be sent, and send nothing." };
        return new Command("apply", "Takes a code of `gateway repair request` and sends just what it names; exits 1 where some of it is refused.")
        {
            groups, dryRun, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            var typed = result.GetRequiredValue(groups);
            var code = typed is ["-"] ? await ReadAsync(environment.In, cancel) : string.Join(' ', typed);

            // What is mistyped is found here, before anything leaves this machine.
            RepairCode.Parse(code).OrStop();
            using var channel = ServiceChannel.Low(result.ContextOf(environment));
            var request = new ApplyRepairRequest { RequestId = Guid.NewGuid().ToString(), Code = code, ValidateOnly = result.GetValue(dryRun) };
            var response = await new RepairService.RepairServiceClient(channel).ApplyRepairAsync(request, cancellationToken: cancel);
            var document = new RepairApplyDocument(ResourceName.IdOf(response.Lane), [.. response.Repairs.Select(RepairView.Of)]);
            if (result.WantsJson())
            {
                environment.Screen.Document(document, CliJson.Default.RepairApplyDocument);
            }
            else
            {
                Print(environment.Screen, document);
            }

            return response.Repairs.FirstOrDefault(r => r.Outcome == Protocol.Low.V1.Repair.Types.Outcome.Refused) is { } refused
                ? throw CommandStop.Refused(Words.RefusalOf(refused.Refusal))
                : ExitCode.Done;
        });
    }

    private static void Print(Screen screen, RepairApplyDocument document)
    {
        screen.Table(
            ["TRANSFER", "ARTIFACT", "WHAT", "AT MOST", "OUTCOME"],
            document.Repairs.Select(r => (IReadOnlyList<string>)
            [
                r.Transfer.Length == 0 ? "unknown" : r.Transfer, r.Artifact,
                r.Transfer.Length == 0 ? "" : r.Whole ? "all of it" : $"{Screen.Number(r.Blocks)} blocks",
                r.Transfer.Length == 0 ? "" : Screen.Size(r.Bytes),
                r.Refusal is null ? r.Outcome : $"{r.Outcome}: {r.Refusal.Code} ({r.Refusal.Detail})",
            ]));
    }

    private static async Task<string> ReadAsync(TextReader reader, CancellationToken cancel)
    {
        var typed = new char[MaximumTyped + 1];
        var read = await reader.ReadBlockAsync(typed, cancel);
        return new string(typed, 0, read);
    }
}

/// <summary>What <c>gateway repair apply --json</c> prints.</summary>
internal sealed record RepairApplyDocument(string Lane, IReadOnlyList<RepairView> Repairs);

/// <summary>What becomes of one transfer, as JSON; outcome is QUEUED, ALREADY_QUEUED, SUPERSEDED or REFUSED.</summary>
internal sealed record RepairView(
    string Transfer, string Artifact, IReadOnlyList<ulong> Sessions, bool Whole, long Blocks, long Bytes, string Outcome, RefusalView? Refusal)
{
    public static RepairView Of(Protocol.Low.V1.Repair repair) => new(
        ResourceName.IdOf(repair.Transfer), repair.Artifact is { } artifact ? $"{artifact.Name}@{artifact.Version}" : "", [.. repair.Sessions], repair.Whole,
        repair.Blocks, repair.Bytes, Words.Of(repair.Outcome), Words.Of(repair.Refusal));
}
