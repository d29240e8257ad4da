using System.Text.Json;

namespace Gateway.Fuzz.Corpora;

/// <summary>One case of <c>tests/vectors/inspection</c>.</summary>
internal sealed record VectorCase(string Path, byte[] Input, string Format, bool Accepted, string[] Codes);

/// <summary>The vectors of inspection, which every target begins with.</summary>
internal sealed class VectorFiles(string root)
{
    private IReadOnlyList<VectorCase>? all;

    public IReadOnlyList<VectorCase> All => all ??= [.. Directory.GetFiles(Path.Combine(root, "tests", "vectors", "inspection"), "*.json").Order(StringComparer.Ordinal).SelectMany(Read)];

    private static IEnumerable<VectorCase> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        foreach (var one in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            yield return new(
                one.GetProperty("path").GetString()!,
                one.GetProperty("input").GetBytesFromBase64(),
                one.GetProperty("format").GetString()!,
                one.GetProperty("accepted").GetBoolean(),
                [.. one.GetProperty("codes").EnumerateArray().Select(c => c.GetString()!)]);
        }
    }
}
