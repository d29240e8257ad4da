using System.Text.Json;
using Gateway.Tests.Rules;

namespace Gateway.Tests.Core;

/// <summary>Language-neutral vectors: another implementation runs the same files.</summary>
internal static class Vectors
{
    public static IEnumerable<JsonElement> Cases(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "vectors", file)));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.Clone())];
    }

    public static string Text(this JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
