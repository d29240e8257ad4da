using Gateway.Core.Manifests;
using Gateway.Hosting.Configuration;
using Gateway.Storage.High;

namespace Gateway.High.Publish;

/// <summary>How long versions are kept, and the bytes of those that no reader has any more.</summary>
/// <param name="RevokedDays">Days after its revocation in which people may still look into a version.</param>
/// <param name="Rules">Which published versions are kept; what no rule fits is kept for good.</param>
public sealed record RetentionOptions(
    [property: Limit(1, 3660, "days", "an incident is looked into in days; ten years is for ever")] int RevokedDays = 30,
    [property: Items(0, 100, "every version is held against them, one after another")] IReadOnlyList<RetentionRuleOptions>? Rules = null)
{
    /// <summary>What is wrong with the rules.</summary>
    internal IEnumerable<ConfigurationError> Check()
    {
        var rules = Rules ?? [];
        for (var i = 0; i < rules.Count; i++)
        {
            var (rule, key) = (rules[i], $"retention.rules[{i}]");
            if (!ArtifactPattern.IsValid(rule.Artifacts))
            {
                yield return new($"{key}.artifacts", "is no org/name with * and ? within either part; give e.g. \"acme/*\"");
            }

            if (rule.Kind is not null && rule.ReadKind() is null)
            {
                yield return new($"{key}.kind", "is neither checkpoint nor dataset; give one of them, or leave it out for both");
            }

            var earlier = rules.Take(i).ToList().FindIndex(other => other.Artifacts == rule.Artifacts && (other.Kind is null || other.Kind == rule.Kind));
            if (earlier >= 0)
            {
                yield return new(key, $"never counts: rules[{earlier}] fits the same artifacts and comes first");
            }
        }
    }

    /// <summary>The rules, in their order. They have been checked.</summary>
    internal IReadOnlyList<RetentionRule> ToRules() =>
        [.. (Rules ?? []).Select(rule => new RetentionRule(rule.Artifacts, rule.ReadKind(), rule.KeepLast, rule.KeepUnacknowledged))];
}

/// <summary>A rule as it is written.</summary>
/// <param name="Artifacts">Names that it is for: <c>org/name</c>, with <c>*</c> and <c>?</c> within either part.</param>
/// <param name="KeepLast">Published versions of each name that are kept, the newest by sequence.</param>
/// <param name="Kind"><c>checkpoint</c> or <c>dataset</c>; left out, both.</param>
/// <param name="KeepUnacknowledged">Keeps what no consumer has acknowledged, whatever its age.</param>
public sealed record RetentionRuleOptions(
    string Artifacts,
    [property: Limit(1, 10_000, "versions", "readers are led to the newest; more than readers list is all of them")] int KeepLast,
    string? Kind = null,
    bool KeepUnacknowledged = true)
{
    internal ArtifactKind? ReadKind() => Kind switch
    {
        "checkpoint" => ArtifactKind.Checkpoint,
        "dataset" => ArtifactKind.Dataset,
        _ => null,
    };
}
