using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.Json;
using Gateway.Core;

namespace Gateway.Hosting.Configuration;

/// <summary>Reads a configuration file into a record. Where it is wrong, every error is reported at once, each with the way out.</summary>
public static class ConfigurationFile
{
    /// <summary>Largest file, in bytes: a configuration of a thousand lanes is a tenth of it.</summary>
    public const int MaximumBytes = 1 << 20;

    /// <summary>Deepest nesting that any configuration of ours needs, twice over.</summary>
    private const int MaximumDepth = 16;

    /// <summary>Reads and checks. Refuses with <see cref="RefusalCode.ConfigurationInvalid"/>; its detail lists the errors, joined by semicolons.</summary>
    /// <param name="path">The file.</param>
    /// <param name="type">Source-generated metadata with strict options, camel-case names and the converters of this namespace.</param>
    /// <param name="check">Checks between options; those on one option are attributes of it.</param>
    public static Outcome<T> Read<T>(string path, JsonTypeInfo<T> type, Func<T, IEnumerable<ConfigurationError>> check)
        where T : class
    {
        if (!BoundedFile.Read(path, MaximumBytes).Succeeded(out var bytes, out var unreadable))
        {
            return unreadable;
        }

        JsonNode? tree;
        try
        {
            tree = JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaximumDepth });
        }
        catch (JsonException e)
        {
            return Refuse(path, [new ConfigurationError("", $"is not strict JSON: {e.Message}")]);
        }

        var shape = new ConfigurationShape(Path.GetDirectoryName(Path.GetFullPath(path))!);
        tree = shape.Check(tree, type, "", rules: null);
        if (shape.Unreadable)
        {
            return Refuse(path, shape.Errors);
        }

        var configuration = tree.Deserialize(type) ?? throw new InvalidOperationException("A checked object became null.");
        List<ConfigurationError> errors = [.. shape.Errors, .. check(configuration)];
        return errors.Count == 0 ? configuration : Refuse(path, errors);
    }

    private static Refusal Refuse(string path, IReadOnlyList<ConfigurationError> errors) =>
        new(RefusalCode.ConfigurationInvalid, $"{path}: {string.Join("; ", errors)}");
}
