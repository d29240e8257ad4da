using System.CommandLine;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Duration = Google.Protobuf.WellKnownTypes.Duration;

namespace Gateway.Cli.Imports.Consumers;

/// <summary>The options of <c>gateway imports watch</c> that make a consumer.</summary>
internal sealed class ConsumerOptions
{
    private readonly Option<string[]> match = new("--match") { Description = "Only artifacts named so, with * and ? in either part; may be repeated.", HelpName = "ORG/NAME" };
    private readonly Option<string?> kind = new("--kind") { Description = "Only artifacts of this kind." };
    private readonly Option<string[]> classes = new("--class") { Description = "Only artifacts of this class; may be repeated.", HelpName = "CLASS" };
    private readonly Option<int?> deadline = new("--deadline") { Description = "Seconds without a sign of life after which another process gets the import; 60 without it.", HelpName = "SECONDS" };
    private readonly Option<int?> attempts = new("--attempts") { Description = "Attempts before an import is given up; 5 without it.", HelpName = "N" };
    private readonly Option<bool> fromNow = new("--from-now") { Description = "A new consumer begins with what is published from now on; with everything without it." };

    public ConsumerOptions() => kind.AcceptOnlyFromAmong("checkpoint", "dataset");

    /// <summary>All of them, for a command.</summary>
    public IReadOnlyList<Option> All => [match, kind, classes, deadline, attempts, fromNow];

    /// <summary>The first that was given, or null.</summary>
    public string? FirstGiven(ParseResult result) => All.FirstOrDefault(option => result.GetResult(option) is { Implicit: false })?.Name;

    /// <summary>What to consume. Settings are named only where one was given: a consumer that is there keeps its own.</summary>
    public ConsumeImportsRequest ToRequest(ParseResult result, string consumer)
    {
        var request = new ConsumeImportsRequest { Consumer = consumer, FromBeginning = !result.GetValue(fromNow) };
        if (All.Any(option => option != fromNow && result.GetResult(option) is { Implicit: false }))
        {
            request.Settings = new ConsumerSettings
            {
                Patterns = { result.GetValue(match) ?? [] },
                Kind = result.GetValue(kind) switch
                {
                    "checkpoint" => ArtifactKind.Checkpoint,
                    "dataset" => ArtifactKind.Dataset,
                    _ => ArtifactKind.Unspecified,
                },
                Classes = { result.GetValue(classes) ?? [] },
                AckDeadline = result.GetValue(deadline) is { } seconds ? new Duration { Seconds = seconds } : null,
                MaxAttempts = result.GetValue(attempts) ?? 0,
            };
        }

        return request;
    }
}
