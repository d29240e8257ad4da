using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Tests.Rules;

namespace Gateway.Tests.Core.Inspection;

/// <summary>One case of <c>tests/vectors/inspection</c>: a file, its name, and what inspection must say of it.</summary>
internal sealed record InspectionVector(
    string Name, string Path, byte[] Input, string Format, bool Accepted, string[] Codes, Dictionary<string, string>? Summary = null);

internal sealed record InspectionVectorFile(string About, string Source, InspectionVector[] Cases);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InspectionVectorFile))]
internal sealed partial class InspectionVectorJson : JsonSerializerContext;

internal static class InspectionVectors
{
    private static readonly Lazy<IReadOnlyList<(string File, InspectionVector Case)>> Read = new(() =>
    [
        .. Repository.Files("tests/vectors/inspection", "*.json").Order(StringComparer.Ordinal).SelectMany(f =>
            JsonSerializer.Deserialize(File.ReadAllText(f), InspectionVectorJson.Default.InspectionVectorFile)!.Cases
                .Select(c => (Path.GetFileName(f), c))),
    ]);

    public static IReadOnlyList<(string File, InspectionVector Case)> All => Read.Value;
}
