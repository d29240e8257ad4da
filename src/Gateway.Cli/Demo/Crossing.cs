using Gateway.Cli.Dev;

namespace Gateway.Cli.Demo;

/// <summary>The honest way: submit, two signatures, import, pull, verify. Every step is a command that a person would type.</summary>
internal sealed class Crossing(CommandEnvironment environment, Typist typist, RunningSite running, Action<string> say)
{
    /// <summary>How long a state may take to come; the largest artifact here crosses in seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Brings an artifact over and verifies what came out.</summary>
    public async Task<DemoImport> BringOverAsync(string directory, string kind, string name, string version, CancellationToken cancel)
    {
        var started = environment.Time.GetTimestamp();
        var id = await SubmitAsync("engineer", directory, kind, name, version, cancel);
        await ApproveAsync("approver-1", id, cancel);
        await ApproveAsync("approver-2", id, cancel);
        await typist.MustAsync("engineer", ["watch", id], cancel);
        var import = await ImportAsync(id, cancel);
        var seconds = environment.Time.GetElapsedTime(started).TotalSeconds;
        var published = Path.Combine(running.Site.HighData, import.Text("path"));
        var pulled = Path.Combine(running.Site.Directory, "pulled", kind);
        await typist.MustAsync("importer", ["imports", "pull", $"{name}@{version}", "--to", pulled], cancel);
        await VerifyAsync(published, cancel);
        await VerifyAsync(pulled, cancel);
        say($"{name}@{version} crossed, was pulled, and verifies on both");
        return new DemoImport(
            name, version, kind, import.Text("state"), import.Document.GetProperty("files").GetInt32(), import.Document.GetProperty("bytes").GetInt64(),
            published, Math.Round(seconds, 2));
    }

    /// <summary>Submits and waits until the release waits for signatures; the transfer's id.</summary>
    public async Task<string> SubmitAsync(string context, string directory, string kind, string name, string version, CancellationToken cancel)
    {
        var submitted = await typist.MustAsync(
            context,
            [
                "submit", directory, "--name", name, "--version", version, "--kind", kind, "--to", ThrowawaySite.Enclave,
                "--class", "internal", "--licence", "Apache-2.0", "--reason", "shown by gateway demo",
            ],
            cancel);
        var id = submitted.Text("id");
        await UntilAsync(
            async () => (await typist.MustAsync(context, ["show", id], cancel)).Text("state") switch
            {
                "AWAITING_APPROVAL" => id,
                "UPLOADING" or "SUBMITTED" => null,
                var state => throw new DemoFailure($"{name}@{version} became {state} before anybody signed"),
            },
            $"{name}@{version} to wait for approval", cancel);
        return id;
    }

    /// <summary>Reviews, and signs the digest that the review showed.</summary>
    public async Task ApproveAsync(string context, string id, CancellationToken cancel)
    {
        var review = await typist.MustAsync(context, ["review", id], cancel);
        await typist.MustAsync(context, ["approve", id, "--digest", review.Text("releaseSha256"), "-m", "reviewed in gateway demo"], cancel);
    }

    /// <summary>Asks again until there is an answer.</summary>
    public async Task<T> UntilAsync<T>(Func<Task<T?>> ask, string what, CancellationToken cancel)
        where T : class
    {
        var started = environment.Time.GetTimestamp();
        while (environment.Time.GetElapsedTime(started) < Patience)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            await Task.Delay(Pause, environment.Time, cancel);
        }

        throw new DemoFailure($"waited {Patience.TotalSeconds} s for {what}");
    }

    private async Task<Typed> ImportAsync(string id, CancellationToken cancel) => await UntilAsync(
        async () =>
        {
            var shown = await typist.TypeAsync("importer", ["imports", "show", id], cancel);
            switch (shown.ExitCode == ExitCode.Done ? shown.Text("state") : string.Empty)
            {
                case "PUBLISHED":
                    return shown;
                case "QUARANTINED":
                    throw new DemoFailure($"{id} was quarantined: {shown.Document.GetProperty("refusal")}");
                case "INCOMPLETE":
                    say("the link lost more than parity repairs; sending once more");
                    await typist.MustAsync("engineer", ["resend", id], cancel);
                    await typist.MustAsync("engineer", ["watch", id], cancel);
                    return null;
                default:
                    return null;
            }
        },
        $"import {id}", cancel);

    private async Task VerifyAsync(string directory, CancellationToken cancel) => await typist.MustAsync(
        null,
        ["verify", directory, "--trust-root", running.Site.TrustRootFile, "--trust-root-sha256", running.Site.TrustRootDigest.Hex],
        cancel);
}
