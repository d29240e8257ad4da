using System.Text.Json.Nodes;
using Wasmtime;

namespace Gateway.Core.Policy;

/// <summary>A validated bundle inside a running Cedar. One question at a time: a decision takes a fraction of a millisecond.</summary>
internal sealed class CedarPolicy : IDisposable
{
    private readonly CedarModule module;
    private readonly CedarRules rules;
    private readonly string schema;
    private readonly ulong decisionFuel;
    private readonly Lock gate = new();
    private CedarInstance? instance;
    private int decisions;

    private CedarPolicy(CedarModule module, CedarRules rules, string schema, ulong decisionFuel)
    {
        this.module = module;
        this.rules = rules;
        this.schema = JsonValue.Create(schema).ToJsonString();
        this.decisionFuel = decisionFuel;
    }

    public IReadOnlyDictionary<string, PolicyRule> Rules => rules.ById;

    public static Outcome<CedarPolicy> Parse(CedarModule module, PolicyBundle bundle, ulong decisionFuel)
    {
        using var cedar = new CedarInstance(module);
        return CedarRules.Parse(cedar, bundle).Succeeded(out var rules, out var refusal)
            ? new CedarPolicy(module, rules, bundle.Schema, decisionFuel)
            : refusal;
    }

    public PolicyDecision Ask(PolicyQuestion question, Approvals approvals)
    {
        var request = CedarRequest.Write(question, approvals);
        lock (gate)
        {
            try
            {
                var answer = Instance()?.Call("statefulIsAuthorized", request, decisionFuel);
                if (answer is null)
                {
                    Discard();
                }

                return Decide(answer);
            }
            catch (Exception e) when (e is WasmtimeException or InvalidOperationException or KeyNotFoundException)
            {
                // The engine does not start, or answers in a shape that this code does not know: never a permit.
                Discard();
                return Failed(e.Message);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            Discard();
        }
    }

    // Permitted means: a success, the word allow, no error in any rule, and known rules that determined it. Cedar skips a forbid whose
    // condition errs, so an allow with errors beside it is what an attacker would aim for.
    private PolicyDecision Decide(string? json)
    {
        using var answer = CedarAnswer.Read(json);
        if (!answer.Succeeded)
        {
            return Failed(string.Join("; ", answer.Errors));
        }

        var response = answer.Root.GetProperty("response");
        var diagnostics = response.GetProperty("diagnostics");
        var errors = CedarAnswer.Messages(diagnostics, "errors").ToList();
        if (errors.Count != 0)
        {
            return Failed(string.Join("; ", errors));
        }

        var determining = new List<PolicyRule>();
        foreach (var id in diagnostics.GetProperty("reason").EnumerateArray())
        {
            if (!rules.ById.TryGetValue(id.GetString() ?? "", out var rule))
            {
                return Failed("the engine named a rule that the bundle does not have");
            }

            determining.Add(rule);
        }

        determining.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        var permitted = response.GetProperty("decision").ValueEquals("allow"u8) && determining.Count != 0;
        return new PolicyDecision(determining, permitted ? null : Denied(determining));
    }

    private CedarInstance? Instance()
    {
        if (decisions++ >= PolicyLimits.DecisionsPerInstance)
        {
            Discard();
        }

        if (instance is null)
        {
            instance = new CedarInstance(module);
            decisions = 1;
            using var set = CedarAnswer.Read(
                instance.CallWithName("preparsePolicySet", CedarRequest.Preparsed, rules.PolicySet, PolicyLimits.ValidationFuel));
            using var types = CedarAnswer.Read(
                instance.CallWithName("preparseSchema", CedarRequest.Preparsed, schema, PolicyLimits.ValidationFuel));
            if (!set.Succeeded || !types.Succeeded)
            {
                Discard();
            }
        }

        return instance;
    }

    private void Discard()
    {
        instance?.Dispose();
        instance = null;
    }

    private static Refusal Denied(List<PolicyRule> determining) => new(
        RefusalCode.PolicyDenied,
        determining.Count == 0 ? "no rule permits it" : string.Join("; ", determining.Select(r => $"rule {r.Id}: {r.Reason}; fix: {r.Fix}")));

    private static PolicyDecision Failed(string detail) => new([], new Refusal(RefusalCode.PolicyFailed, detail));
}
