using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Cli.Signing;
using Gateway.Cli.Terminal;
using Gateway.Cli.Verify;
using Gateway.Core;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports;

/// <summary><c>gateway imports pull</c>: the directory appears whole and verified, or not at all.</summary>
internal static class PullCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var name = new Argument<string>("NAME") { Description = "Import id, or org/name (its current version), or org/name@version." };
        var to = new Option<string>("--to") { Description = "Directory to make; its files are the artifact's.", Required = true, HelpName = "DIR" };
        return new Command("pull", "Fetches a published artifact and verifies it while it is written; continues what was interrupted.")
        {
            name, to, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            var context = result.ContextOf(environment);
            var root = PinnedTrustRoot.Open(context, environment.Time);
            using var channel = ServiceChannel.High(context);
            var service = new ImportService.ImportServiceClient(channel);
            var import = await service.GetImportAsync(
                new GetImportRequest { Name = ResourceName.Import(result.GetRequiredValue(name)) }, cancellationToken: cancel);
            if (import.State != Import.Types.State.Published)
            {
                throw CommandStop.Refused(import.State switch
                {
                    Import.Types.State.Revoked => new(RefusalCode.VersionRevoked, $"{import.Artifact?.Name}@{import.Artifact?.Version}"),
                    Import.Types.State.Retired => new(RefusalCode.VersionRetired, $"{import.Artifact?.Name}@{import.Artifact?.Version}, rule {import.Retirement?.Rule}"),
                    _ => new Refusal(RefusalCode.NotPublished, Words.Of(import.State)),
                });
            }

            var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(result.GetRequiredValue(to)));
            var documents = await VerifiedPull.RunAsync(environment, service, import, root, target, partial: null, cancel);
            var view = VerifiedView.Of(documents, root);
            if (result.WantsJson())
            {
                environment.Screen.Document(view, CliJson.Default.VerifiedView);
            }
            else
            {
                environment.Screen.Line($"{view.Name}@{view.Version}: {Screen.Number(view.Files)} files, {Screen.Size(view.Bytes)}, verified, in {target}");
            }

            return ExitCode.Done;
        });
    }
}
