using System.Text.Json;
using Gateway.Tests.Rules;

namespace Gateway.Tests.Core;

/// <summary>Language-neutral vectors: another implementation runs the same files.</summary>
internal static class Vectors
{
    public static IReadOnlyList<JsonElement> Cases(string file)
    {
        using var document = Read(file);
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.Clone())];
    }

    /// <summary>What all cases of a file share.</summary>
    public static string Member(string file, string member)
    {
        using var document = Read(file);
        return document.RootElement.Text(member);
    }

    public static string Text(this JsonElement element, string member) => element.GetProperty(member).GetString()!;

    private static JsonDocument Read(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "vectors", file)));
}
