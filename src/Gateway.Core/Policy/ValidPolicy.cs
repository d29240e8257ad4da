namespace Gateway.Core.Policy;

/// <summary>A bundle that validates against its schema. Whether it does what its authors promise, its cases say.</summary>
public sealed class ValidPolicy : IDisposable
{
    private readonly CedarPolicy policy;

    internal ValidPolicy(PolicyBundle bundle, CedarPolicy policy)
    {
        Bundle = bundle;
        this.policy = policy;
    }

    public PolicyBundle Bundle { get; }

    /// <summary>The rules, in ordinal order of id.</summary>
    public IReadOnlyCollection<PolicyRule> Rules => [.. policy.Rules.Values];

    /// <summary>Runs every case, in order.</summary>
    public IReadOnlyList<PolicyCaseResult> RunCases() => [.. Bundle.Cases.Select(Run)];

    /// <summary>Hands the rules over to decide, if every case passes. Refuses with <see cref="RefusalCode.PolicyInvalid"/>, naming those that
    /// do not; this instance is then disposed.</summary>
    public Outcome<ActivePolicy> Activate()
    {
        var failed = RunCases().Where(r => !r.Passed).Select(r => $"{r.Case.File}, case {r.Case.Name}").ToList();
        if (failed.Count == 0)
        {
            return new ActivePolicy(Bundle, policy);
        }

        Dispose();
        return new Refusal(RefusalCode.PolicyInvalid, $"{failed.Count} of {Bundle.Cases.Count} cases fail, first {failed[0]}");
    }

    public void Dispose() => policy.Dispose();

    private PolicyCaseResult Run(PolicyCase @case)
    {
        var decision = policy.Ask(@case.Question, @case.Approvals);

        // A case that expects a denial is about a rule: one that fails to evaluate proves nothing.
        var passed = decision.Refusal?.Code != RefusalCode.PolicyFailed
            && decision.Permitted == @case.Permitted
            && decision.Rules.Select(r => r.Id).SequenceEqual(@case.RuleIds, StringComparer.Ordinal);
        return new PolicyCaseResult(@case, decision, passed);
    }
}
