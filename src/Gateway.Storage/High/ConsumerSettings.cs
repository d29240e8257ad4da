using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.Storage.High;

/// <summary>Which imports a consumer is for, and how it is to take them over.</summary>
public sealed record ConsumerSettings
{
    /// <summary>Shortest deadline: below it a busy disk alone makes deliveries run out.</summary>
    public static readonly TimeSpan ShortestDeadline = TimeSpan.FromSeconds(5);

    /// <summary>Longest deadline and longest wait before another attempt: a night. Work that takes longer is extended.</summary>
    public static readonly TimeSpan LongestDeadline = TimeSpan.FromHours(12);

    /// <summary>Most attempts: with waits between them, days.</summary>
    public const int MostAttempts = 100;

    /// <summary>Most patterns and most classes: they are looked at with every event.</summary>
    public const int MostPatterns = 64;

    private const int LongestClass = 96;

    /// <summary>Valid patterns, each once, in ordinal order; none means all.</summary>
    public required IReadOnlyList<string> Patterns { get; init; }

    public required ArtifactKind? Kind { get; init; }

    /// <summary>Each once, in ordinal order; none means all.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    public required TimeSpan AckDeadline { get; init; }

    public required int MaximumAttempts { get; init; }

    /// <summary>Everything, a minute, five times.</summary>
    public static ConsumerSettings Default { get; } =
        new() { Patterns = [], Kind = null, Classes = [], AckDeadline = TimeSpan.FromMinutes(1), MaximumAttempts = 5 };

    /// <summary>The settings in their one spelling. Refuses with <see cref="RefusalCode.RequestInvalid"/>.</summary>
    public Outcome<ConsumerSettings> Check() =>
        Patterns.Count > MostPatterns || Classes.Count > MostPatterns ? Invalid($"patterns and classes: at most {MostPatterns} of each")
        : Patterns.FirstOrDefault(p => !ArtifactPattern.IsValid(p)) is { } pattern ? Invalid($"pattern {pattern}: give org/name, with * and ? within either part")
        : Classes.Any(c => c.Length is 0 or > LongestClass) ? Invalid($"classes: each has 1 to {LongestClass} characters")
        : Kind is { } kind && !Enum.IsDefined(kind) ? Invalid("kind")
        : AckDeadline < ShortestDeadline || AckDeadline > LongestDeadline ? Invalid($"ack_deadline: give {ShortestDeadline} to {LongestDeadline}")
        : MaximumAttempts is < 1 or > MostAttempts ? Invalid($"max_attempts: give 1 to {MostAttempts}")
        : this with
        {
            Patterns = [.. Patterns.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Classes = [.. Classes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        };

    /// <summary>True for an import that the consumer is for.</summary>
    public bool Takes(ImportClaim claim) =>
        (Kind is null || Kind == claim.Artifact.Kind)
        && (Classes.Count == 0 || Classes.Contains(claim.Class))
        && (Patterns.Count == 0 || Patterns.Any(pattern => ArtifactPattern.Includes(pattern, claim.Artifact.FullName)));

    /// <summary>As the catalog keeps them: equal texts are equal settings.</summary>
    internal string ToText() => JsonSerializer.Serialize(this, ConsumerSettingsJson.Default.ConsumerSettings);

    internal static ConsumerSettings Read(string text) => JsonSerializer.Deserialize(text, ConsumerSettingsJson.Default.ConsumerSettings)!;

    private static Refusal Invalid(string detail) => new(RefusalCode.RequestInvalid, detail);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict)]
[JsonSerializable(typeof(ConsumerSettings))]
internal sealed partial class ConsumerSettingsJson : JsonSerializerContext;
