using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Gateway.Core.Policy;

/// <summary>The rules of a bundle under the ids that their authors gave them, so that Cedar's answers name those ids.</summary>
internal sealed partial class CedarRules
{
    /// <summary>Problems reported at once; a bundle with more is read again anyway.</summary>
    private const int ProblemsShown = 20;

    private readonly SortedDictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, PolicyRule> rules = new(StringComparer.Ordinal);
    private readonly List<string> problems = [];

    private CedarRules()
    {
    }

    /// <summary>The rules by id, in ordinal order.</summary>
    public IReadOnlyDictionary<string, PolicyRule> ById => rules;

    /// <summary>Cedar's JSON for the whole set.</summary>
    public string PolicySet => new JsonObject
    {
        ["staticPolicies"] = new JsonObject(texts.Select(t => KeyValuePair.Create<string, JsonNode?>(t.Key, t.Value))),
    }.ToJsonString();

    /// <summary>Parses each file, reads annotations and validates all against the schema. Refuses with every problem found.</summary>
    public static Outcome<CedarRules> Parse(CedarInstance cedar, PolicyBundle bundle)
    {
        var parsed = new CedarRules();
        foreach (var file in bundle.RuleFiles)
        {
            parsed.AddFile(cedar, file);
        }

        if (parsed.rules.Count is 0 or > PolicyLimits.Rules)
        {
            parsed.problems.Add($"a bundle has 1 to {PolicyLimits.Rules} rules, this one {parsed.rules.Count}");
        }
        else
        {
            parsed.Validate(cedar, bundle.Schema);
        }

        return parsed.problems.Count == 0
            ? parsed
            : new Refusal(RefusalCode.PolicyInvalid, string.Join("; ", parsed.problems.Take(ProblemsShown)));
    }

    private void AddFile(CedarInstance cedar, RuleFile file)
    {
        using var parts = CedarAnswer.Read(cedar.CallWithText("policySetTextToParts", file.Text, PolicyLimits.ValidationFuel));
        if (!parts.Succeeded)
        {
            problems.AddRange(parts.Errors.Select(e => $"{file.Path}: {e}"));
            return;
        }

        if (parts.Root.GetProperty("policy_templates").GetArrayLength() != 0)
        {
            problems.Add($"{file.Path}: templates are not used here, write the rule out");
        }

        foreach (var part in parts.Root.GetProperty("policies").EnumerateArray())
        {
            AddRule(cedar, file.Path, part.GetString()!);
        }
    }

    private void AddRule(CedarInstance cedar, string path, string text)
    {
        using var answer = CedarAnswer.Read(cedar.Call("policyToJson", JsonValue.Create(text).ToJsonString(), PolicyLimits.ValidationFuel));
        if (!answer.Succeeded)
        {
            problems.AddRange(answer.Errors.Select(e => $"{path}: {e}"));
            return;
        }

        var json = answer.Root.GetProperty("json");
        var id = Annotation(json, "id");
        var reason = Annotation(json, "reason");
        var fix = Annotation(json, "fix");
        if (!RuleId.IsMatch(id))
        {
            problems.Add($"{path}: a rule needs an @id of lower-case letters, digits and hyphens, not \"{id}\"");
        }
        else if (reason.Length == 0 || fix.Length == 0)
        {
            problems.Add($"{path}: rule {id} needs a @reason and a @fix");
        }
        else
        {
            var effect = json.GetProperty("effect").GetString() == "permit" ? PolicyEffect.Permit : PolicyEffect.Forbid;
            if (!rules.TryAdd(id, new PolicyRule(id, effect, reason, fix)))
            {
                problems.Add($"{path}: two rules have the @id {id}");
            }

            texts[id] = text;
        }
    }

    // Warnings refuse too: a rule that can never match, or that uses confusable characters, is not what its author meant.
    private void Validate(CedarInstance cedar, string schema)
    {
        var call = new JsonObject { ["schema"] = schema, ["policies"] = JsonNode.Parse(PolicySet) };
        using var answer = CedarAnswer.Read(cedar.Call("validate", call.ToJsonString(), PolicyLimits.ValidationFuel));
        problems.AddRange(answer.Errors);
        if (answer.Succeeded)
        {
            problems.AddRange(CedarAnswer.Messages(answer.Root, "validationErrors"));
            problems.AddRange(CedarAnswer.Messages(answer.Root, "validationWarnings"));
            problems.AddRange(CedarAnswer.Messages(answer.Root, "otherWarnings"));
        }
    }

    private static string Annotation(JsonElement rule, string name) =>
        rule.TryGetProperty("annotations", out var all) && all.TryGetProperty(name, out var value) && value.GetString() is { } text
            && !text.Any(char.IsControl)
            ? text.Trim()
            : "";

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,63}\z")]
    private static partial Regex RuleId { get; }
}
