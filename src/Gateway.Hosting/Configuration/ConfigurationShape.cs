using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.Json;

namespace Gateway.Hosting.Configuration;

/// <summary>
/// Compares a JSON tree with the type that it is to become and collects every difference. The serializer alone stops at the first one.
/// </summary>
internal sealed class ConfigurationShape(string directory)
{
    private readonly List<ConfigurationError> errors = [];

    internal IReadOnlyList<ConfigurationError> Errors => errors;

    /// <summary>True where the tree cannot be read into its type at all, so that checks between options have nothing to look at.</summary>
    internal bool Unreadable { get; private set; }

    internal JsonNode? Check(JsonNode? node, JsonTypeInfo type, string key, ICustomAttributeProvider? rules)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when node is JsonObject members:
                CheckMembers(members, type, key);
                return node;
            case JsonTypeInfoKind.Enumerable when node is JsonArray items:
                CheckItems(items, type, key, rules);
                return node;
            case JsonTypeInfoKind.Object or JsonTypeInfoKind.Enumerable:
                Refuse(key, type.Kind == JsonTypeInfoKind.Object ? "must be an object in braces" : "must be a list in brackets");
                return node;
            default:
                return CheckValue(node, type, key, rules);
        }
    }

    private void CheckMembers(JsonObject members, JsonTypeInfo type, string key)
    {
        foreach (var name in members.Select(member => member.Key).Where(name => type.Properties.All(p => p.Name != name)))
        {
            Refuse(Join(key, name), $"is not a key; known here: {string.Join(", ", type.Properties.Select(p => p.Name))}");
        }

        foreach (var property in type.Properties)
        {
            var path = Join(key, property.Name);
            var isOptional = property.AssociatedParameter is { HasDefaultValue: true };
            if (!members.TryGetPropertyValue(property.Name, out var value))
            {
                if (!isOptional)
                {
                    Refuse(path, "is missing; add it");
                }
            }
            else if (value is not null)
            {
                var resolved = Check(value, type.Options.GetTypeInfo(property.PropertyType), path, property.AttributeProvider);
                if (!ReferenceEquals(resolved, value))
                {
                    members[property.Name] = resolved;
                }
            }
            else if (!property.IsGetNullable)
            {
                Refuse(path, isOptional ? "is null; leave it out for the default" : "is null; give a value");
            }
        }
    }

    private void CheckItems(JsonArray items, JsonTypeInfo type, string key, ICustomAttributeProvider? rules)
    {
        if (Rules<ItemsAttribute>(rules).Select(rule => rule.Check(items.Count)).FirstOrDefault(problem => problem is not null) is { } wrong)
        {
            errors.Add(new ConfigurationError(key, wrong));
        }

        var itemType = type.Options.GetTypeInfo(type.ElementType!);
        for (var i = 0; i < items.Count; i++)
        {
            var resolved = Check(items[i], itemType, $"{key}[{i}]", rules);
            if (!ReferenceEquals(resolved, items[i]))
            {
                items[i] = resolved;
            }
        }
    }

    private JsonNode? CheckValue(JsonNode? node, JsonTypeInfo type, string key, ICustomAttributeProvider? rules)
    {
        try
        {
            if (node is null || node.Deserialize(type) is null)
            {
                Refuse(key, "is null; give a value");
                return node;
            }
        }
        catch (JsonException e)
        {
            Refuse(key, $"is {Shorten(node!.ToJsonString())}; {Expectation(type.Type) ?? e.Message}");
            return node;
        }

        foreach (var rule in Rules<ConfigurationRuleAttribute>(rules))
        {
            if (rule.Check(ref node, directory) is { } problem)
            {
                errors.Add(new ConfigurationError(key, problem));
            }
        }

        return node;
    }

    private static IEnumerable<T> Rules<T>(ICustomAttributeProvider? provider)
        where T : Attribute =>
        provider?.GetCustomAttributes(typeof(T), inherit: true).Cast<T>() ?? [];

    private static string? Expectation(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) switch
    {
        TypeCode.String => "must be text in quotes",
        TypeCode.Boolean => "must be true or false",
        TypeCode.Int32 or TypeCode.Int64 => "must be a whole number",
        TypeCode.Double => "must be a number",
        _ => null,
    };

    private static string Shorten(string json) => json.Length <= 80 ? json : string.Concat(json.AsSpan(0, 79), "…");

    private static string Join(string key, string name) => key.Length == 0 ? name : $"{key}.{name}";

    private void Refuse(string key, string problem)
    {
        Unreadable = true;
        errors.Add(new ConfigurationError(key, problem));
    }
}
