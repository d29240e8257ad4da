namespace Gateway.Core.Policy;

/// <summary>A bundle that validated and whose cases passed, ready to decide. Safe for concurrent use.</summary>
public sealed class ActivePolicy
{
    private ActivePolicy(PolicyBundle bundle) => Bundle = bundle;

    public PolicyBundle Bundle { get; }

    /// <summary>Asks once, with the approvers of the question. Errors of any kind deny.</summary>
    public PolicyDecision Decide(PolicyQuestion question) => throw new NotSupportedException("The engine is not built yet.");

    /// <summary>The smallest number of approvals that policy permits this artifact with, asked before anybody has signed: the question's own
    /// approvers are left out. Refuses with the rules and fixes where none up to <paramref name="atMost"/> is permitted.</summary>
    public Outcome<int> RequiredApprovals(PolicyQuestion question, int atMost) => throw new NotSupportedException("The engine is not built yet.");
}
