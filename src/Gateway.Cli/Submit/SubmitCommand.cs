using System.CommandLine;
using Gateway.Cli.Terminal;
using Gateway.Core.Manifests;

namespace Gateway.Cli.Submit;

/// <summary><c>gateway submit</c>.</summary>
internal static class SubmitCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var path = new Argument<string>("PATH") { Description = "Directory, or one file." };
        var name = new Option<string>("--name") { Description = "Name of the artifact.", Required = true, HelpName = "org/name" };
        var version = new Option<string>("--version") { Description = "Its version.", Required = true, HelpName = "V" };
        var kind = new Option<string>("--kind") { Description = "What it is.", Required = true, HelpName = "checkpoint|dataset" };
        kind.AcceptOnlyFromAmong("checkpoint", "dataset");
        var to = new Option<string>("--to") { Description = "Destination enclave.", Required = true, HelpName = "ENCLAVE" };
        var reason = new Option<string>("--reason") { Description = "Why it should cross, for the approvers.", Required = true, HelpName = "TEXT" };
        var sensitivity = new Option<string>("--class") { Description = "Sensitivity class; none takes the strictest threshold.", DefaultValueFactory = _ => string.Empty, HelpName = "C" };
        var licence = new Option<string>("--licence", "--license") { Description = "SPDX expression.", DefaultValueFactory = _ => string.Empty, HelpName = "SPDX" };
        var source = new Option<string>("--source") { Description = "Where it came from.", DefaultValueFactory = _ => string.Empty, HelpName = "URL@REV" };
        var include = new Option<string[]>("--include") { Description = "Take only files that match; may be repeated.", DefaultValueFactory = _ => [], HelpName = "GLOB" };
        var exclude = new Option<string[]>("--exclude") { Description = "Leave out files that match; may be repeated.", DefaultValueFactory = _ => [], HelpName = "GLOB" };
        var schema = new Option<string[]>("--schema")
        {
            Description = "JSON Schema of the artifact that every line of its .jsonl files satisfies, or FILE=SCHEMA for one of them; may be repeated.",
            DefaultValueFactory = _ => [],
            HelpName = "SCHEMA",
        };
        var lane = new Option<string>("--lane") { Description = "Lane; needed where the gateway has several.", DefaultValueFactory = _ => string.Empty, HelpName = "L" };
        var priority = new Option<int>("--priority") { Description = "1 to 100; a higher one gets more of the lane. 0 means 50.", HelpName = "N" };
        var key = new Option<string?>("--key") { Description = "Signing key; the context's without it.", HelpName = "FILE" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would be submitted and let the service check it; change nothing." };
        var wait = new Option<bool>("--wait") { Description = "Follow the transfer until it is sent or refused." };
        return new Command("submit", "Submits a checkpoint or dataset: uploads its files and signs their manifest.")
        {
            path, name, version, kind, to, reason, sensitivity, licence, source, include, exclude, schema, lane, priority, key, dryRun, wait,
            InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            var artifact = ArtifactName.Parse(
                result.GetValue(kind) == "checkpoint" ? ArtifactKind.Checkpoint : ArtifactKind.Dataset,
                result.GetRequiredValue(name), result.GetRequiredValue(version)).OrStop();
            var filter = new PathFilter(result.GetValue(include) ?? [], result.GetValue(exclude) ?? []);
            var tree = ArtifactTree.Walk(Path.TrimEndingDirectorySeparator(Path.GetFullPath(result.GetRequiredValue(path))), filter, cancel).OrStop();
            var request = new Submission(
                artifact,
                result.GetRequiredValue(to),
                result.GetValue(lane) ?? string.Empty,
                result.GetValue(sensitivity) ?? string.Empty,
                result.GetRequiredValue(reason),
                result.GetValue(licence) ?? string.Empty,
                result.GetValue(source) ?? string.Empty,
                result.GetValue(priority),
                tree,
                SchemaChoice.Of(result.GetValue(schema) ?? [], tree));
            ReportSkipped(environment, request.Tree);
            foreach (var warning in ReaderLimits.WarningsOf(request.Tree))
            {
                await environment.Error.WriteLineAsync($"warning: {SafeText.Of(warning)}");
            }

            var submitter = new Submitter(environment, result.ContextOf(environment), result.GetValue(key));
            if (result.GetValue(dryRun))
            {
                await submitter.PlanAsync(request, result.WantsJson(), cancel);
            }
            else
            {
                await submitter.SubmitAsync(request, result.GetValue(wait), result.WantsJson(), cancel);
            }

            return ExitCode.Done;
        });
    }

    private static void ReportSkipped(CommandEnvironment environment, ArtifactTree tree)
    {
        foreach (var reason in tree.Skipped.GroupBy(s => s.Reason))
        {
            environment.Error.WriteLine($"left out, {reason.Key}: {SafeText.Of(reason.First().Path)}{(reason.Skip(1).Any() ? $" and {reason.Count() - 1} more" : string.Empty)}");
        }
    }
}
