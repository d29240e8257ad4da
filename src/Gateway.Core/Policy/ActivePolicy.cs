namespace Gateway.Core.Policy;

/// <summary>A bundle that validated and whose cases passed, deciding. Safe for concurrent use.</summary>
public sealed class ActivePolicy : IDisposable
{
    private readonly CedarPolicy policy;

    internal ActivePolicy(PolicyBundle bundle, CedarPolicy policy)
    {
        Bundle = bundle;
        this.policy = policy;
    }

    public PolicyBundle Bundle { get; }

    /// <summary>Asks once, with the approvers of the question. Errors of any kind deny.</summary>
    public PolicyDecision Decide(PolicyQuestion question) => policy.Ask(question, Approvals.By(question.Approvers));

    /// <summary>Asks as if so many people had approved, before it is known who they are: rules about particular people wait. Errors of any kind deny.</summary>
    public PolicyDecision Decide(PolicyQuestion question, int approvals) => policy.Ask(question, Approvals.Unsigned(approvals));

    /// <summary>The smallest number of approvals that policy permits this artifact with. Asked before anybody has signed: rules see a number
    /// and no approvers, whatever the question says, so that those about particular people wait for the decision itself. Refuses with
    /// the last denial where nothing up to <paramref name="atMost"/> is permitted.</summary>
    public Outcome<RequiredApprovals> RequiredApprovals(PolicyQuestion question, int atMost)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(atMost);
        var most = Math.Min(atMost, PolicyLimits.Approvals);
        for (var count = 0; ; count++)
        {
            var decision = Decide(question, count);
            if (decision.Refusal is not { } refusal)
            {
                return new RequiredApprovals(count, decision.Rules);
            }

            // More approvals do not mend an evaluation that fails.
            if (count == most || refusal.Code == RefusalCode.PolicyFailed)
            {
                return refusal;
            }
        }
    }

    public void Dispose() => policy.Dispose();
}
