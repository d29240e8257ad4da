using Gateway.Core;
using Gateway.Core.Policy;
using Xunit;

namespace Gateway.Tests.Core.Policy;

public sealed class ActivePolicyTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly PolicyQuestion TwoApproved = EngineFixture.Question with { Approvers = ["bob", "carol"] };

    [Fact]
    public void A_forbid_that_errs_denies_although_Cedar_itself_would_allow()
    {
        using var active = Activate(BundleText.Forbid("overflows", "context.approvals * 9223372036854775807 > 0"));

        var decision = active.Decide(TwoApproved);

        Assert.Equal(RefusalCode.PolicyFailed, decision.Refusal?.Code);
        Assert.Contains("overflow", decision.Refusal?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_rule_permits_is_denied()
    {
        using var active = Activate("");

        var decision = active.Decide(EngineFixture.Question);

        Assert.Equal(RefusalCode.PolicyDenied, decision.Refusal?.Code);
        Assert.Empty(decision.Rules);
    }

    [Fact]
    public void Approvers_count_as_people_not_as_signatures()
    {
        using var active = Activate("");

        Assert.False(active.Decide(EngineFixture.Question with { Approvers = ["bob", "bob"] }).Permitted);
        Assert.True(active.Decide(TwoApproved).Permitted);
    }

    [Fact]
    public void A_rule_about_particular_people_waits_until_they_have_signed()
    {
        using var active = Activate(BundleText.Forbid("needs-bob", "context has approvers && !context.approvers.contains(Person::\"bob\")"));

        Assert.Equal(2, EngineFixture.Taken(active.RequiredApprovals(EngineFixture.Question, 5)).Count);
        Assert.True(active.Decide(TwoApproved).Permitted);
        Assert.Equal(["needs-bob"], active.Decide(EngineFixture.Question with { Approvers = ["carol", "dave"] }).Rules.Select(r => r.Id));
    }

    [Fact]
    public void Required_approvals_name_the_rules_that_permit_it_with_so_many()
    {
        using var active = Activate(BundleText.Forbid("large-needs-four", "resource.bytes > 500 && context.approvals < 4"));

        var required = EngineFixture.Taken(active.RequiredApprovals(EngineFixture.Question, 5));

        Assert.Equal(4, required.Count);
        Assert.Equal(["two-approvals"], required.Rules.Select(r => r.Id));
    }

    [Fact]
    public void What_no_number_of_approvals_would_permit_is_denied_at_once()
    {
        using var active = Activate(BundleText.Forbid("never", "resource.name == \"acme/base\""));

        var refusal = active.RequiredApprovals(EngineFixture.Question, 5).Refusal;

        Assert.Equal(RefusalCode.PolicyDenied, refusal?.Code);
        Assert.Contains("rule never", refusal?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void More_approvals_than_there_are_people_are_never_found_enough()
    {
        using var active = Activate("");

        Assert.Equal(RefusalCode.PolicyDenied, active.RequiredApprovals(EngineFixture.Question, 1).Refusal?.Code);
    }

    [Fact]
    public void An_attribute_that_was_not_stated_is_absent()
    {
        using var active = Activate(BundleText.Forbid("licence-stated", "resource.kind == \"checkpoint\" && !(resource has licence)"));

        Assert.True(active.Decide(TwoApproved).Permitted);
        Assert.False(active.Decide(TwoApproved with { Licence = null }).Permitted);
        Assert.False(active.Decide(TwoApproved with { Licence = "" }).Permitted);
    }

    [Fact]
    public void A_schema_that_does_not_know_the_question_fails_closed()
    {
        var schema = new BundleText().Schema.Replace("bytes: Long,", "", StringComparison.Ordinal);
        using var valid = EngineFixture.Taken(fixture.Engine.Validate(new BundleText { Schema = schema }.Open()));

        var result = Assert.Single(valid.RunCases());

        Assert.False(result.Passed);
        Assert.Equal(RefusalCode.PolicyFailed, result.Decision.Refusal?.Code);
        Assert.Equal(RefusalCode.PolicyInvalid, valid.Activate().Refusal?.Code);
    }

    [Fact]
    public void Text_that_looks_like_Cedar_or_JSON_stays_text()
    {
        using var active = Activate(BundleText.Forbid("odd-name", "resource has class && resource.class == \"x\\\"} || true || {\\\"\""));

        Assert.True(active.Decide(TwoApproved with { Class = "x\", \"approvals\": 9, \"é\u202e\0" }).Permitted);
        Assert.False(active.Decide(TwoApproved with { Class = "x\"} || true || {\"" }).Permitted);
    }

    [Fact]
    public void An_engine_that_runs_out_of_fuel_denies_and_the_next_decision_is_not_spoilt()
    {
        // Fuel for a small set of formats and not for a very large one.
        var bundle = new BundleText { Rules = BundleText.TwoApprovals }.Open();
        using var valid = EngineFixture.Taken(fixture.Engine.Validate(bundle, decisionFuel: 3_000_000));
        using var active = EngineFixture.Taken(valid.Activate());
        var costly = TwoApproved with { Formats = Enumerable.Range(0, 20_000).Select(i => $"format-{i}").ToHashSet() };

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(RefusalCode.PolicyFailed, active.Decide(costly).Refusal?.Code);
            Assert.True(active.Decide(TwoApproved).Permitted);
        }
    }

    [Fact]
    public void An_engine_that_runs_out_of_memory_denies_and_the_next_decision_is_not_spoilt()
    {
        using var active = Activate("");
        var huge = TwoApproved with { Class = new string('x', (int)PolicyLimits.MemoryBytes) };

        Assert.Equal(RefusalCode.PolicyFailed, active.Decide(huge).Refusal?.Code);
        Assert.True(active.Decide(TwoApproved).Permitted);
    }

    [Fact]
    public async Task Decisions_asked_at_once_are_each_answered_for_their_own_question()
    {
        using var active = Activate("");
        await Parallel.ForEachAsync(Enumerable.Range(0, 4 * PolicyLimits.DecisionsPerInstance), TestContext.Current.CancellationToken, (i, _) =>
        {
            var people = Enumerable.Range(0, i % 4).Select(p => $"person-{p}").ToArray();
            Assert.Equal(people.Length >= 2, active.Decide(EngineFixture.Question with { Approvers = people }).Permitted);
            return ValueTask.CompletedTask;
        });
    }

    private ActivePolicy Activate(string moreRules) =>
        EngineFixture.Taken(fixture.Engine.Activate(new BundleText { Rules = BundleText.TwoApprovals + moreRules }.Open()));
}
