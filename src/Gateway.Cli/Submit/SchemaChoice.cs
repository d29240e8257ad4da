using Gateway.Core.Inspection;
using Gateway.Core.Manifests;

namespace Gateway.Cli.Submit;

/// <summary>Which file of the artifact is the schema of which: what <c>--schema</c> says.</summary>
internal sealed class SchemaChoice
{
    private readonly Dictionary<ArtifactPath, ArtifactPath> schemas = [];

    private SchemaChoice()
    {
    }

    /// <summary>What distinguishes this choice from others, in a fixed order; empty where there is none.</summary>
    public string Text => string.Join('\0', schemas.OrderBy(s => s.Key.Value, StringComparer.Ordinal).Select(s => $"{s.Key}={s.Value}"));

    /// <summary>Reads <c>SCHEMA</c>, for all .jsonl files, and <c>FILE=SCHEMA</c>, which goes before. Stops with wrong usage where a file is not in the artifact or cannot be one.</summary>
    public static SchemaChoice Of(IReadOnlyList<string> options, ArtifactTree tree)
    {
        var choice = new SchemaChoice();
        var files = tree.Files.ToDictionary(f => f.Path.Value, f => (f.Path, Format: FormatGuess.FromName(f.Path.Value), f.Status.Bytes), StringComparer.Ordinal);
        foreach (var option in options.OrderBy(o => !IsForAll(o)))
        {
            var (name, schema) = IsForAll(option) ? (null, option) : (option[..option.IndexOf('=', StringComparison.Ordinal)], option[(option.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            if (!files.TryGetValue(schema, out var document) || document.Format != FileFormat.Json || document.Bytes > Manifest.MaximumSchemaBytes)
            {
                throw CommandStop.Usage($"--schema {option}: {schema} is no .json file of the artifact of at most {Manifest.MaximumSchemaBytes} bytes");
            }

            var lines = files.Values.Where(f => f.Format == FileFormat.JsonLines && (name is null || f.Path.Value == name)).ToList();
            if (lines.Count == 0)
            {
                throw CommandStop.Usage($"--schema {option}: {name ?? "the artifact"} {(name is null ? "has" : "is")} no .jsonl file{(name is null ? "" : " of the artifact")}");
            }

            lines.ForEach(f => choice.schemas[f.Path] = document.Path);
        }

        return choice;

        bool IsForAll(string option) => files.ContainsKey(option) || !option.Contains('=', StringComparison.Ordinal);
    }

    /// <summary>The schema of a file; null where it has none.</summary>
    public ArtifactPath? For(ArtifactPath file) => schemas.TryGetValue(file, out var schema) ? schema : null;
}
