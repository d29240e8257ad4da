using System.Text.Json;
using Gateway.Cli.Files;
using Gateway.Core.Manifests;
using Gateway.Protocol.High.V1;
using Duration = Google.Protobuf.WellKnownTypes.Duration;
using ArtifactKind = Gateway.Protocol.V1.ArtifactKind;

namespace Gateway.Cli.Imports.Rules;

/// <summary>A rule that was checked.</summary>
/// <param name="Request">What its consumer asks for.</param>
/// <param name="Entry">Its action; exactly one is there. Paths are absolute.</param>
/// <param name="Hook">Whom to tell, where that is the action.</param>
internal sealed record ImportRule(ConsumeImportsRequest Request, RuleEntry Entry, Webhook? Hook)
{
    public string Name => Request.Consumer;
}

/// <summary>Rules that were checked.</summary>
internal sealed record ImportRules(string Source, string? Storage, IReadOnlyList<ImportRule> Rules);

/// <summary>Reads rules strictly: whatever is wrong stops the command before anything is done, and is told all at once.</summary>
internal static class RulesFile
{
    /// <summary>Most rules: each holds a stream of the service.</summary>
    public const int MostRules = 100;

    private const string DefaultSource = "urn:gateway:high";

    /// <summary>Largest rules file in bytes.</summary>
    private const int MaximumBytes = 1 << 20;

    private const int LongestName = 128;
    private const int LongestTimeoutSeconds = 300;
    private const int DefaultTimeoutSeconds = 15;

    /// <summary>The rules; a usage error that names everything that is wrong.</summary>
    public static ImportRules Read(string path)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        RulesDocument document;
        try
        {
            document = JsonSerializer.Deserialize(CappedFile.Read(path, MaximumBytes), CliJson.Default.RulesDocument) ?? throw new JsonException("it is empty");
        }
        catch (JsonException e)
        {
            throw CommandStop.Usage($"{path} is not a rules file: {e.Message}");
        }

        var errors = new List<string>();
        var entries = document.Rules ?? [];
        Expect(errors, entries.Count is > 0 and <= MostRules, $"rules: give 1 to {MostRules}");
        Expect(errors, Uri.TryCreate(document.Source ?? DefaultSource, UriKind.RelativeOrAbsolute, out _) && document.Source is not "", "source: give a URI");
        Expect(errors, entries.All(e => e.Link is null) || document.Storage is not null, "storage: name the directory that holds published/, for the rules that link");
        foreach (var twice in entries.GroupBy(e => e.Name).Where(g => g.Key is not null && g.Count() > 1))
        {
            errors.Add($"rule {twice.Key}: the name is given to {twice.Count()} rules");
        }

        var rules = entries.Select((entry, index) => Check(errors, directory, entry.Name ?? $"{index + 1}", entry)).ToList();
        return errors.Count == 0
            ? new(document.Source ?? DefaultSource, document.Storage is { } storage ? Path.GetFullPath(storage, directory) : null, rules)
            : throw CommandStop.Usage($"{path}: {string.Join("; ", errors)}");
    }

    private static ImportRule Check(List<string> errors, string directory, string name, RuleEntry entry)
    {
        var at = $"rule {name}: ";
        Expect(errors, entry.Name is { Length: > 0 and <= LongestName } given && given.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' or '@'),
            $"{at}name: give letters, digits and . _ - / @, at most {LongestName}");
        foreach (var pattern in (entry.Match ?? []).Where(p => !ArtifactPattern.IsValid(p)))
        {
            errors.Add($"{at}match {pattern}: give org/name, with * and ? within either part");
        }

        Expect(errors, entry.Kind is null or "checkpoint" or "dataset", $"{at}kind: give checkpoint or dataset");
        Expect(errors, (entry.Classes ?? []).All(c => c.Length > 0), $"{at}classes: a class has no name");
        Expect(errors, entry.Attempts is null or (>= 1 and <= 100), $"{at}attempts: give 1 to 100");
        Expect(errors, entry.DeadlineSeconds is null or (>= 5 and <= 43_200), $"{at}deadlineSeconds: give 5 to 43200");
        var actions = new object?[] { entry.Exec, entry.Webhook, entry.Link, entry.Copy }.Count(action => action is not null);
        Expect(errors, actions == 1, $"{at}give one of exec, webhook, link and copy, not {actions}");
        Expect(errors, entry.Exec is null or [{ Length: > 0 }, ..], $"{at}exec: name a program");
        Expect(errors, entry.Link is not "" && entry.Copy is not "", $"{at}the destination is empty");
        return new(
            Request(name, entry),
            entry with
            {
                Link = entry.Link is { } link ? Path.GetFullPath(link, directory) : null,
                Copy = entry.Copy is { } copy ? Path.GetFullPath(copy, directory) : null,
            },
            entry.Webhook is { } webhook ? CheckWebhook(errors, directory, $"{at}webhook: ", webhook) : null);
    }

    private static Webhook? CheckWebhook(List<string> errors, string directory, string at, WebhookEntry entry)
    {
        // What says who may load what is not told to the whole network.
        var known = Uri.TryCreate(entry.Url, UriKind.Absolute, out var url);
        Expect(errors, known && url!.UserInfo.Length == 0 && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)),
            $"{at}url: give https://…, or http:// to this machine, without a password");
        Expect(errors, entry.TimeoutSeconds is null or (>= 1 and <= LongestTimeoutSeconds), $"{at}timeoutSeconds: give 1 to {LongestTimeoutSeconds}");
        if (entry.SecretFile is not { Length: > 0 } file)
        {
            errors.Add($"{at}secretFile: name the file of the secret");
            return null;
        }

        var secrets = WebhookSecrets.Read(errors, at, Path.GetFullPath(file, directory));
        return known ? new(url!, secrets, TimeSpan.FromSeconds(entry.TimeoutSeconds ?? DefaultTimeoutSeconds)) : null;
    }

    private static ConsumeImportsRequest Request(string name, RuleEntry entry) => new()
    {
        Consumer = name,
        FromBeginning = entry.FromBeginning,
        Settings = new ConsumerSettings
        {
            Patterns = { entry.Match ?? [] },
            Kind = entry.Kind switch
            {
                "checkpoint" => ArtifactKind.Checkpoint,
                "dataset" => ArtifactKind.Dataset,
                _ => ArtifactKind.Unspecified,
            },
            Classes = { entry.Classes ?? [] },
            MaxAttempts = entry.Attempts ?? 0,
            AckDeadline = entry.DeadlineSeconds is { } seconds ? new Duration { Seconds = seconds } : null,
        },
    };

    private static void Expect(List<string> errors, bool holds, string error)
    {
        if (!holds)
        {
            errors.Add(error);
        }
    }
}
