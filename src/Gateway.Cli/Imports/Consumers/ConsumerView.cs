using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;

namespace Gateway.Cli.Imports.Consumers;

/// <summary>A consumer as JSON.</summary>
internal sealed record ConsumerView(
    string Name,
    IReadOnlyList<string> Match,
    string? Kind,
    IReadOnlyList<string> Classes,
    double DeadlineSeconds,
    int Attempts,
    string Creator,
    DateTimeOffset? CreateTime,
    string Cursor,
    long Waiting,
    long Outstanding,
    long Dead)
{
    public static ConsumerView Of(Consumer consumer) => new(
        consumer.Name,
        [.. consumer.Settings.Patterns],
        consumer.Settings.Kind == ArtifactKind.Unspecified ? null : Words.Of(consumer.Settings.Kind),
        [.. consumer.Settings.Classes],
        consumer.Settings.AckDeadline.ToTimeSpan().TotalSeconds,
        consumer.Settings.MaxAttempts,
        consumer.Creator,
        consumer.CreateTime?.ToDateTimeOffset(),
        consumer.Cursor,
        consumer.Waiting,
        consumer.Outstanding,
        consumer.Dead);
}

/// <summary>Consumers as JSON.</summary>
internal sealed record ConsumersDocument(IReadOnlyList<ConsumerView> Consumers);

/// <summary>What a consumer failed to take over, as JSON.</summary>
internal sealed record DeadLetterView(ImportView Import, int Attempts, string Reason, DateTimeOffset? Time)
{
    public static DeadLetterView Of(DeadLetter letter) =>
        new(ImportView.Of(letter.Import), letter.Attempts, letter.Reason, letter.Time?.ToDateTimeOffset());
}

/// <summary>Dead letters as JSON.</summary>
internal sealed record DeadLettersDocument(IReadOnlyList<DeadLetterView> DeadLetters);

/// <summary>A settled consumer as JSON: what the command did, and to what.</summary>
internal sealed record ConsumerChangeView(string Consumer, string? Import, string Done);

/// <summary>Consumers on stdout.</summary>
internal static class ConsumerScreen
{
    public static void List(Screen screen, IReadOnlyList<ConsumerView> consumers) => screen.Table(
        ["CONSUMER", "FOR", "DEADLINE", "ATTEMPTS", "WAITING", "HANDED OUT", "DEAD", "CREATOR"],
        consumers.Select(consumer => (IReadOnlyList<string>)
        [
            consumer.Name,
            string.Join(' ', consumer.Match.Concat(consumer.Kind is { } kind ? [kind] : []).Concat(consumer.Classes).DefaultIfEmpty("everything")),
            $"{consumer.DeadlineSeconds:0.###} s", Screen.Number(consumer.Attempts), Screen.Number(consumer.Waiting), Screen.Number(consumer.Outstanding),
            Screen.Number(consumer.Dead), consumer.Creator,
        ]));

    public static void List(Screen screen, IReadOnlyList<DeadLetter> letters) => screen.Table(
        ["IMPORT", "ARTIFACT", "ATTEMPTS", "REASON", "TIME"],
        letters.Select(letter => (IReadOnlyList<string>)
        [
            ResourceName.IdOf(letter.Import.Name), $"{letter.Import.Artifact?.Name}@{letter.Import.Artifact?.Version}", Screen.Number(letter.Attempts),
            letter.Reason, Words.Of(letter.Time),
        ]));
}
