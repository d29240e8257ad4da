using Gateway.Core;
using Gateway.Core.Policy;
using Xunit;

namespace Gateway.Tests.Core.Policy;

public sealed class PolicyEngineTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public void The_build_leaves_the_pinned_module_and_its_compiled_form_beside_the_binaries()
    {
        using var wasm = EngineFixture.OpenBesideBinaries(PolicyEngine.WasmName);
        using var precompiled = EngineFixture.OpenBesideBinaries(PolicyEngine.PrecompiledName);

        Assert.NotNull(wasm);
        Assert.NotNull(precompiled);
        Assert.True(PolicyEngine.Load(name => name == PolicyEngine.PrecompiledName ? EngineFixture.OpenBesideBinaries(name) : null).Succeeded(out var engine, out _));
        engine.Dispose();
    }

    [Fact]
    public void A_compiled_form_that_does_not_fit_is_passed_over_for_the_module()
    {
        var outcome = PolicyEngine.Load(name =>
            name == PolicyEngine.PrecompiledName ? new MemoryStream([1, 2, 3]) : EngineFixture.OpenBesideBinaries(name));

        Assert.True(outcome.Succeeded(out var engine, out _));
        using (engine)
        using (var active = EngineFixture.Taken(engine.Activate(BundleText.Shipped())))
        {
            Assert.True(active.Decide(EngineFixture.Question with { Approvers = ["bob", "carol"] }).Permitted);
        }
    }

    [Fact]
    public void A_module_with_one_changed_bit_is_refused()
    {
        using var wasm = EngineFixture.OpenBesideBinaries(PolicyEngine.WasmName)!;
        var bytes = new byte[wasm.Length];
        wasm.ReadExactly(bytes);
        bytes[^1] ^= 1;

        Assert.Equal(RefusalCode.PolicyFailed, PolicyEngine.Load(name => name == PolicyEngine.WasmName ? new MemoryStream(bytes) : null).Refusal?.Code);
        Assert.Equal(RefusalCode.PolicyFailed, PolicyEngine.Precompile(bytes).Refusal?.Code);
    }

    [Fact]
    public void An_engine_that_is_not_there_is_refused() =>
        Assert.Equal(RefusalCode.PolicyFailed, PolicyEngine.Load(_ => null).Refusal?.Code);

    [Theory]
    [InlineData("", "1 to")]
    [InlineData("permit (principal, action, resource", "rules.cedar")]
    [InlineData("permit (principal, action, resource);", "@id")]
    [InlineData("""@id("Loud Name") @reason("r") @fix("f") permit (principal, action, resource);""", "@id")]
    [InlineData("""@id("no-reason") @fix("f") permit (principal, action, resource);""", "no-reason")]
    [InlineData("""@id("no-fix") @reason("r") permit (principal, action, resource);""", "no-fix")]
    [InlineData("""@id("blank") @reason(" ") @fix("f") permit (principal, action, resource);""", "blank")]
    [InlineData("""@id("template") @reason("r") @fix("f") permit (principal == ?principal, action, resource);""", "template")]
    [InlineData("""@id("a") @reason("r") @fix("f") permit (principal, action, resource) when { resource.fromat == "x" };""", "fromat")]
    [InlineData("""@id("a") @reason("r") @fix("f") permit (principal, action, resource) when { resource.class == "x" };""", "class")]
    [InlineData("""@id("a") @reason("r") @fix("f") permit (principal, action, resource) when { context.approvers.contains(principal) };""", "approvers")]
    [InlineData("""@id("a") @reason("r") @fix("f") permit (principal, action == Action::"export", resource);""", "export")]
    [InlineData("""@id("a") @reason("r") @fix("f") permit (principal, action, resource) when { context.approvals == "2" };""", "Long")]
    [InlineData("""@id("a") @reason("r") @fix("f") permit (principal, action, resource) when { context.approvals > 9 && false };""", "a")]
    public void Rules_that_do_not_validate_are_refused_by_name(string rules, string named)
    {
        var refusal = fixture.Engine.Validate(new BundleText { Rules = rules }.Open()).Refusal;

        Assert.Equal(RefusalCode.PolicyInvalid, refusal?.Code);
        Assert.Contains(named, refusal?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_problem_is_reported_at_once()
    {
        var bundle = new BundleText
        {
            Rules = BundleText.Forbid("same", "context.approvals > 1") + BundleText.Forbid("same", "context.approvals > 2")
                + BundleText.Forbid("typo", "resource.fromat == \"x\""),
        }.Open();

        var detail = fixture.Engine.Validate(bundle).Refusal?.Detail;

        Assert.Contains("two rules have the @id same", detail, StringComparison.Ordinal);
        Assert.Contains("fromat", detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_and_the_engine_goes_on()
    {
        var nested = new string('(', 100_000) + "true" + new string(')', 100_000);

        var refusal = fixture.Engine.Validate(new BundleText { Rules = BundleText.Forbid("deep", nested) }.Open()).Refusal;

        Assert.Equal(RefusalCode.PolicyInvalid, refusal?.Code);
        using var valid = EngineFixture.Taken(fixture.Engine.Validate(new BundleText().Open()));
    }

    [Theory]
    [InlineData("entity Person;")]
    [InlineData("entity Person")]
    [InlineData("")]
    public void A_schema_that_does_not_fit_the_rules_is_refused(string schema) =>
        Assert.Equal(RefusalCode.PolicyInvalid, fixture.Engine.Validate(new BundleText { Schema = schema }.Open()).Refusal?.Code);

    [Theory]
    [InlineData("\"approvals\":2", "deny", "[\"two-approvals\"]")]
    [InlineData("\"approvals\":2", "permit", "[]")]
    [InlineData("\"approvals\":2", "permit", "[\"another\"]")]
    [InlineData("\"approvals\":1", "permit", "[\"two-approvals\"]")]
    public void A_bundle_with_a_case_that_fails_is_not_activated(string approvals, string decision, string rules)
    {
        var bundle = new BundleText { Cases = $"[{BundleText.CaseOf("the broken promise", approvals, decision, rules)}]" }.Open();

        var refusal = fixture.Engine.Activate(bundle).Refusal;

        Assert.Equal(RefusalCode.PolicyInvalid, refusal?.Code);
        Assert.Contains("the broken promise", refusal?.Detail, StringComparison.Ordinal);
    }
}
