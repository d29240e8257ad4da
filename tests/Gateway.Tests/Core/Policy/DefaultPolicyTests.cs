using Gateway.Core;
using Gateway.Core.Policy;
using Xunit;

namespace Gateway.Tests.Core.Policy;

public sealed class DefaultPolicyTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public void Its_cases_pass()
    {
        using var valid = EngineFixture.Taken(fixture.Engine.Validate(BundleText.Shipped()));

        var results = valid.RunCases();

        Assert.NotEmpty(results);
        Assert.Empty(results.Where(r => !r.Passed).Select(r => r.Case.Name));
    }

    [Fact]
    public void Every_rule_has_a_case_where_it_decides_and_one_where_it_does_not()
    {
        using var valid = EngineFixture.Taken(fixture.Engine.Validate(BundleText.Shipped()));
        foreach (var rule in valid.Rules)
        {
            Assert.Contains(valid.Bundle.Cases, c => c.RuleIds.Contains(rule.Id) && c.Permitted == (rule.Effect == PolicyEffect.Permit));
            Assert.Contains(valid.Bundle.Cases, c => !c.RuleIds.Contains(rule.Id));
        }
    }

    [Fact]
    public void Two_approvals_are_required_and_three_of_class_restricted()
    {
        using var active = EngineFixture.Taken(fixture.Engine.Activate(BundleText.Shipped()));

        Assert.Equal(2, EngineFixture.Taken(active.RequiredApprovals(EngineFixture.Question, 5)).Count);
        Assert.Equal(3, EngineFixture.Taken(active.RequiredApprovals(EngineFixture.Question with { Class = "restricted" }, 5)).Count);
    }

    [Fact]
    public void A_denial_names_the_rule_its_reason_and_its_fix()
    {
        using var active = EngineFixture.Taken(fixture.Engine.Activate(BundleText.Shipped()));

        var decision = active.Decide(EngineFixture.Question with { Formats = new HashSet<string> { "unknown" }, Approvers = ["bob", "carol"] });

        Assert.Equal(RefusalCode.PolicyDenied, decision.Refusal?.Code);
        Assert.Equal(["listed-formats-only"], decision.Rules.Select(r => r.Id));
        Assert.Contains("convert the file", decision.Refusal?.Detail, StringComparison.Ordinal);
    }
}
