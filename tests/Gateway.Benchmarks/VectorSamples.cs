using System.Reflection;
using System.Text.Json;
using Gateway.Core.Inspection;

namespace Gateway.Benchmarks;

/// <summary>
/// Formats for which nothing here writes large files: the largest good one of tests/vectors/inspection, over and over, so that the figure is that of small files.
/// </summary>
internal static class VectorSamples
{
    private const int Bytes = 4 << 20;

    public static IEnumerable<InspectedSample> All()
    {
        var written = InspectedSamples.Formats;
        return FormatTable.All.Select(e => e.Name).Except(written).Select(Largest);
    }

    private static InspectedSample Largest(string format)
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{format}.json")!;
        using var vectors = JsonDocument.Parse(file);
        var (path, content) = vectors.RootElement.GetProperty("cases").EnumerateArray()
            .Where(c => c.GetProperty("accepted").GetBoolean() && c.GetProperty("format").GetString() == format)
            .Select(c => (Path: c.GetProperty("path").GetString()!, Content: c.GetProperty("input").GetBytesFromBase64()))
            .MaxBy(c => c.Content.Length);
        return new($"{format}, small", path, () => content, Math.Max(1, Bytes / content.Length));
    }
}
