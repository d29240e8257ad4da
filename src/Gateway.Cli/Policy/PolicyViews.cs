using Gateway.Core.Policy;

namespace Gateway.Cli.Policy;

/// <summary>What <c>policy check --json</c> prints; <c>sha256</c> is what a service's configuration names.</summary>
internal sealed record PolicyDocument(string Name, int Version, string Sha256, IReadOnlyList<RuleView> Rules, int Cases)
{
    public static PolicyDocument Of(ValidPolicy policy) => new(
        policy.Bundle.Name, policy.Bundle.Version, policy.Bundle.Digest.Hex, [.. policy.Rules.Select(RuleView.Of)], policy.Bundle.Cases.Count);
}

/// <summary>A rule; effect is <c>permit</c> or <c>forbid</c>.</summary>
internal sealed record RuleView(string Id, string Effect, string Reason, string Fix)
{
    public static RuleView Of(PolicyRule rule) =>
        new(rule.Id, rule.Effect == PolicyEffect.Permit ? "permit" : "forbid", rule.Reason, rule.Fix);
}

/// <summary>What <c>policy test --json</c> prints.</summary>
internal sealed record PolicyTestDocument(string Name, int Version, string Sha256, int Passed, int Failed, IReadOnlyList<CaseView> Cases)
{
    public static PolicyTestDocument Of(PolicyBundle bundle, IReadOnlyList<PolicyCaseResult> results) => new(
        bundle.Name,
        bundle.Version,
        bundle.Digest.Hex,
        results.Count(r => r.Passed),
        results.Count(r => !r.Passed),
        [.. results.Select(CaseView.Of)]);
}

/// <summary>One case.</summary>
internal sealed record CaseView(string File, string Name, bool Passed, AnswerView Expected, AnswerView Actual)
{
    public static CaseView Of(PolicyCaseResult result) => new(
        result.Case.File,
        result.Case.Name,
        result.Passed,
        new AnswerView(result.Case.Permitted ? "permit" : "deny", result.Case.RuleIds, null),
        new AnswerView(
            result.Decision.Permitted ? "permit" : "deny",
            [.. result.Decision.Rules.Select(r => r.Id)],
            result.Decision.Refusal is { } refusal ? RefusalView.Of(refusal) : null));
}

/// <summary>A decision, the ids of the rules that determine it, and the refusal where there is one.</summary>
internal sealed record AnswerView(string Decision, IReadOnlyList<string> Rules, RefusalView? Refusal)
{
    /// <summary>In a cell of a table.</summary>
    public override string ToString() => Rules.Count == 0 ? Decision : $"{Decision}: {string.Join(", ", Rules)}";
}
