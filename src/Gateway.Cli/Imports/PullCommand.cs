using System.CommandLine;
using Gateway.Cli.Files;
using Gateway.Cli.Services;
using Gateway.Cli.Signing;
using Gateway.Cli.Terminal;
using Gateway.Cli.Verify;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
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
                throw CommandStop.Refused(RefusalCode.NotPublished, Words.Of(import.State));
            }

            var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(result.GetRequiredValue(to)));
            var documents = await FetchDocumentsAsync(environment, service, import, root, target, cancel);
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

    private static async Task<PublishedDocuments> FetchDocumentsAsync(
        CommandEnvironment environment, ImportService.ImportServiceClient service, Import import, TrustRoot root, string target, CancellationToken cancel)
    {
        var manifest = await DocumentReader.ReadAsync(service, import.Name, ImportDocument.Manifest, cancel);
        var inspection = await DocumentReader.ReadAsync(service, import.Name, ImportDocument.Inspection, cancel);
        var release = await DocumentReader.ReadAsync(service, import.Name, ImportDocument.Release, cancel);
        var verdict = await DocumentReader.ReadAsync(service, import.Name, ImportDocument.Verdict, cancel);
        var documents = PublishedDocuments.Open(manifest, inspection, release, root).OrStop();
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
        {
            await ConfirmAsync(environment, target, root, documents, cancel);
            return documents;
        }

        // Beside the target, so that the last step is a rename within one file system; named by content, so that only the same artifact is continued.
        var partial = $"{target}.{documents.Manifest.Digest.Hex[..16]}.partial";
        var total = documents.Manifest.Manifest.TotalBytes;
        await ProgressBars.RunAsync(environment, async bars =>
        {
            var pull = new ArtifactPull(
                service, import.Name, partial, documents.Manifest.Manifest, environment.Time, done => bars.Set("fetching", done, total));
            (await pull.RunAsync(cancel)).OrStop();
        });
        var beside = Directory.CreateDirectory(Path.Combine(partial, PublishedFiles.Directory)).FullName;
        await File.WriteAllBytesAsync(Path.Combine(beside, PublishedFiles.Manifest), manifest, cancel);
        await File.WriteAllBytesAsync(Path.Combine(beside, PublishedFiles.Inspection), inspection, cancel);
        await File.WriteAllBytesAsync(Path.Combine(beside, PublishedFiles.Release), release, cancel);
        await File.WriteAllBytesAsync(Path.Combine(beside, PublishedFiles.Verdict), verdict, cancel);
        var signed = documents.Manifest;
        await File.WriteAllBytesAsync(
            Path.Combine(partial, PublishedFiles.Success),
            SuccessMarker.Of(documents.Release.Digest, signed.Digest, signed.Manifest.Files.Count, signed.Manifest.TotalBytes), cancel);
        FileSystem.Flush(Path.Combine(beside, PublishedFiles.Manifest));
        if (Directory.Exists(target))
        {
            Directory.Delete(target);
        }

        Directory.Move(partial, target);
        return documents;
    }

    /// <summary>A directory that is there already is left alone where it is this very artifact.</summary>
    private static async Task ConfirmAsync(
        CommandEnvironment environment, string target, TrustRoot root, PublishedDocuments documents, CancellationToken cancel)
    {
        if (!PublishedDocuments.OpenIn(target, root).Succeeded(out var present, out _) || present.Manifest.Digest != documents.Manifest.Digest)
        {
            throw CommandStop.Usage($"{target} is there and is not {documents.Manifest.Manifest.Artifact}: name another directory");
        }

        var manifest = documents.Manifest.Manifest;
        await ProgressBars.RunAsync(environment, async bars =>
            (await PublishedDirectory.CompareAsync(target, manifest, done => bars.Set("verifying", done, manifest.TotalBytes), cancel)).OrStop());
    }
}
