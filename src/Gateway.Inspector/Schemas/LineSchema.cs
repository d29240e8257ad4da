using System.Text.Json;
using Gateway.Core.Inspection;
using Json.Schema;

namespace Gateway.Inspector.Schemas;

/// <summary>A JSON Schema, draft 2020-12, that lines are held against with JsonSchema.Net.</summary>
internal sealed class LineSchema
{
    private static readonly EvaluationOptions Whether = new() { OutputFormat = OutputFormat.Flag };
    private static readonly EvaluationOptions Where = new() { OutputFormat = OutputFormat.List };
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = SchemaRules.Depth };

    private readonly JsonSchema schema;

    private LineSchema(JsonSchema schema) => this.schema = schema;

    /// <summary>Reads one; null with why it cannot be used.</summary>
    public static LineSchema? Read(ReadOnlyMemory<byte> document, out string fault)
    {
        fault = "it is no JSON";
        try
        {
            using var parsed = JsonDocument.Parse(document, Strict);
            if (SchemaRules.Fault(parsed.RootElement) is { } found)
            {
                fault = found;
                return null;
            }

            // What the library does not take, it throws at only when something is evaluated. A registry of its own: a schema names nothing that outlives it.
            fault = "it is no JSON Schema, or refers to what it does not hold";
            var schema = JsonSchema.Build(parsed.RootElement.Clone(), new BuildOptions { SchemaRegistry = new SchemaRegistry(), Dialect = Dialect.Draft202012 });
            using var nothing = JsonDocument.Parse("null");
            _ = schema.Evaluate(nothing.RootElement, Whether);
            return new LineSchema(schema);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }

    /// <summary>Where and by what a line fails, without its values; null where it satisfies the schema.</summary>
    public string? Fault(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var instance = JsonDocument.Parse(line, Strict);
            return schema.Evaluate(instance.RootElement, Whether).IsValid ? null : First(schema.Evaluate(instance.RootElement, Where));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Which exception it is may change with the library; that it cannot be compared does not.
            return "it cannot be compared with the schema";
        }
    }

    /// <summary>
    /// The first by name of place and keyword, not by the order in which the library came to them. What a schema of false forbids has no keyword; without a place, too, it is the
    /// library's sum of all.
    /// </summary>
    private static string First(EvaluationResults results)
    {
        var (place, keyword) = (results.Details ?? []).Append(results).Where(r => !r.IsValid && r.Errors is not null)
            .SelectMany(r => r.Errors!.Keys.Select(keyword => (Place: r.InstanceLocation.ToString(), Keyword: keyword)))
            .OrderBy(f => f is ("", "")).ThenBy(f => f.Place, StringComparer.Ordinal).ThenBy(f => f.Keyword, StringComparer.Ordinal)
            .FirstOrDefault(("", ""));
        return $"at {Findings.Quote(place)}, by {Findings.Quote(keyword.Length > 0 ? keyword : "false")}";
    }
}
