using Gateway.Cli.Files;
using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Cli.Verify;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports;

/// <summary>Brings an artifact into a directory, which appears whole and verified, or not at all.</summary>
internal static class VerifiedPull
{
    /// <summary>The documents of the artifact that is in the target directory afterwards; fetches what is not there yet, and confirms what is.</summary>
    /// <param name="environment">Where progress is shown.</param>
    /// <param name="service">Whom to fetch from.</param>
    /// <param name="import">A published import.</param>
    /// <param name="root">Whom to believe.</param>
    /// <param name="target">The directory, absolute.</param>
    /// <param name="partial">Begins the name of the directory that is filled first, beside the target; the target's own name where null.</param>
    /// <param name="cancel">Stops; what was fetched is continued the next time.</param>
    public static async Task<PublishedDocuments> RunAsync(
        CommandEnvironment environment,
        ImportService.ImportServiceClient service,
        Import import,
        TrustRoot root,
        string target,
        string? partial,
        CancellationToken cancel)
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
        partial = $"{partial ?? target}.{documents.Manifest.Digest.Hex[..16]}.partial";
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
        FileSystem.FlushDirectory(Path.GetDirectoryName(target)!);
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
