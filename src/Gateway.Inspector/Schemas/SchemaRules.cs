using System.Text.Json;

namespace Gateway.Inspector.Schemas;

/// <summary>
/// What a schema may hold, so that both sides evaluate it alike and nothing but the document counts. A member counts as a keyword wherever it stands: a schema that holds one of these
/// words as data is refused too, and none slips through where readers disagree on what is data.
/// </summary>
internal static class SchemaRules
{
    /// <summary>Deepest nesting; that of JSON which crosses.</summary>
    public const int Depth = 64;

    private const string Draft = "https://json-schema.org/draft/2020-12/schema";

    /// <summary>Why it cannot be used, or null.</summary>
    public static string? Fault(JsonElement schema) =>
        schema.ValueKind is not JsonValueKind.Object ? "it is no JSON object"
        : schema.TryGetProperty("$schema", out var draft) && !(draft.ValueKind == JsonValueKind.String && draft.ValueEquals(Draft)) ? $"its $schema is not {Draft}"
        : FaultWithin(schema, isRoot: true);

    private static string? FaultWithin(JsonElement element, bool isRoot)
    {
        var within = element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Select(member => FaultOf(member, isRoot) ?? FaultWithin(member.Value, isRoot: false)),
            JsonValueKind.Array => element.EnumerateArray().Select(item => FaultWithin(item, isRoot: false)),
            _ => [],
        };
        return within.FirstOrDefault(fault => fault is not null);
    }

    private static string? FaultOf(JsonProperty member, bool isRoot)
    {
        var text = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null;
        return member.Name switch
        {
            "$ref" or "$dynamicRef" or "$recursiveRef" when text is not null && !text.StartsWith('#') => $"{member.Name} leads out of the document",
            "$schema" or "$id" when text is not null && !isRoot => $"{member.Name} below its root",
            "$vocabulary" => "$vocabulary",

            // Engines that backtrack take any time, and those that do not read other expressions.
            "pattern" when text is not null => "pattern: regular expressions are not evaluated",
            "patternProperties" => "patternProperties: regular expressions are not evaluated",
            _ => null,
        };
    }
}
