using System.CommandLine;
using Gateway.Cli.Signing;
using Gateway.Cli.Terminal;
using Gateway.Core;
using Gateway.Core.Trust;

namespace Gateway.Cli.Verify;

/// <summary><c>gateway verify</c>: offline; the trust root never comes from the directory.</summary>
internal static class VerifyCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var directory = new Argument<string>("DIR") { Description = "A published or pulled artifact, or the directory's current link." };
        var file = new Option<string>("--trust-root") { Description = "Trust root to believe; from you, never from DIR.", Required = true, HelpName = "FILE" };
        var pinned = new Option<string?>("--trust-root-sha256") { Description = "Digest that the trust root must have.", HelpName = "D" };
        return new Command("verify", "Verifies signatures, approvals and every byte of an artifact, without any service.")
        {
            directory, file, pinned, InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            var root = PinnedTrustRoot.Open(result.GetRequiredValue(file), DigestOf(result.GetValue(pinned)), environment.Time);
            var given = result.GetRequiredValue(directory);
            var path = Directory.Exists(given) ? Path.GetFullPath(given) : throw CommandStop.Usage($"{given} is not a directory");
            var documents = PublishedDocuments.OpenIn(path, root).OrStop();
            var manifest = documents.Manifest.Manifest;
            await ProgressBars.RunAsync(environment, async bars =>
                (await PublishedDirectory.CompareAsync(path, manifest, done => bars.Set("verifying", done, manifest.TotalBytes), cancel)).OrStop());
            Print(environment.Screen, VerifiedView.Of(documents, root), result.WantsJson());
            return ExitCode.Done;
        });
    }

    private static Digest? DigestOf(string? text) => text is null
        ? null
        : Digest.TryParse(text, out var digest) ? digest : throw CommandStop.Usage("--trust-root-sha256 is not 64 lower-case hex digits");

    private static void Print(Screen screen, VerifiedView view, bool json)
    {
        if (json)
        {
            screen.Document(view, CliJson.Default.VerifiedView);
            return;
        }

        screen.Facts(
            ("verified", $"{view.Kind} {view.Name}@{view.Version}"),
            ("files", $"{Screen.Number(view.Files)}, {Screen.Size(view.Bytes)}"),
            ("submitter", view.Submitter),
            ("approvers", string.Join(", ", view.Approvers)),
            ("manifest", view.ManifestSha256),
            ("release", view.ReleaseSha256),
            ("trust root", $"{view.Site} version {view.TrustRootVersion}, {view.TrustRootSha256}"),
            ("warning", view.Development ? "this trust root was made for development" : null));
    }
}

/// <summary>What was verified, as JSON.</summary>
internal sealed record VerifiedView(
    bool Verified,
    string Kind,
    string Name,
    string Version,
    int Files,
    long Bytes,
    string Submitter,
    IReadOnlyList<string> Approvers,
    string ManifestSha256,
    string InspectionSha256,
    string ReleaseSha256,
    string Site,
    long TrustRootVersion,
    string TrustRootSha256,
    bool Development)
{
    public static VerifiedView Of(PublishedDocuments documents, TrustRoot root) => new(
        true,
        documents.Manifest.Manifest.Artifact.Kind.ToString().ToLowerInvariant(),
        documents.Manifest.Manifest.Artifact.FullName,
        documents.Manifest.Manifest.Artifact.Version,
        documents.Manifest.Manifest.Files.Count,
        documents.Manifest.Manifest.TotalBytes,
        documents.Manifest.Submitter.Person.Id,
        [.. documents.Release.Approvers.Select(a => a.Person.Id)],
        documents.Manifest.Digest.Hex,
        documents.Inspection.Digest.Hex,
        documents.Release.Digest.Hex,
        root.Site,
        root.Version,
        root.Digest.Hex,
        root.IsDevelopment);
}
