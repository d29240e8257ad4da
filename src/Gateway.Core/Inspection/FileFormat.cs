using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Gateway.Core.Inspection;

/// <summary>What a file is. Each format but <see cref="Unknown"/> has a verifier that accounts for every byte.</summary>
public enum FileFormat
{
    /// <summary>None of those that may cross; never accepted.</summary>
    Unknown = 0,
    /// <summary>Tensors, huggingface/safetensors.</summary>
    Safetensors = 1,
    /// <summary>Which shard holds which tensor, <c>*.safetensors.index.json</c>.</summary>
    SafetensorsIndex = 2,
    /// <summary>One array without objects, NumPy's NEP 1 format 1.0 to 3.0.</summary>
    Npy = 3,
    /// <summary>One JSON text, RFC 8259.</summary>
    Json = 4,
    /// <summary>One JSON object or array a line.</summary>
    JsonLines = 5,
    /// <summary>Comma-separated values, RFC 4180.</summary>
    Csv = 6,
    /// <summary>UTF-8 text under a listed name.</summary>
    Text = 7,
}

/// <summary>The words that documents, policy and people use for formats.</summary>
public static class FileFormats
{
    private static readonly FrozenDictionary<FileFormat, string> Names = new Dictionary<FileFormat, string>
    {
        [FileFormat.Unknown] = "unknown",
        [FileFormat.Safetensors] = "safetensors",
        [FileFormat.SafetensorsIndex] = "safetensors-index",
        [FileFormat.Npy] = "npy",
        [FileFormat.Json] = "json",
        [FileFormat.JsonLines] = "jsonl",
        [FileFormat.Csv] = "csv",
        [FileFormat.Text] = "text",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, FileFormat> ByName = Names.ToFrozenDictionary(n => n.Value, n => n.Key, StringComparer.Ordinal);

    /// <summary>The word, e.g. <c>jsonl</c>.</summary>
    public static string Name(this FileFormat format) => Names[format];

    /// <summary>Reads the word; exactly one spelling.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out FileFormat format)
    {
        format = FileFormat.Unknown;
        return name is not null && ByName.TryGetValue(name, out format);
    }

    /// <summary>What inspection of this format leaves open, one phrase each, so that nobody takes acceptance for more than it is.</summary>
    public static IReadOnlyList<string> NotChecked(this FileFormat format) => format switch
    {
        FileFormat.Safetensors => ["meaning of tensors", "NaN and infinity in tensors", "data hidden in tensor values"],
        FileFormat.Npy => ["meaning of arrays", "NaN and infinity in arrays", "data hidden in array values"],
        FileFormat.Json or FileFormat.JsonLines or FileFormat.Csv => ["meaning of values", "schema of values"],
        FileFormat.Text => ["meaning of text"],
        _ => [],
    };
}
