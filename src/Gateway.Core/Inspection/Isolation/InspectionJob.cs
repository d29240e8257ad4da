using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Core.Inspection.Isolation;

/// <summary>What a worker is started for: the one place that it may read, and what it may spend. The first frame that it is sent; the manifest's payload is the second.</summary>
/// <param name="Path">A file that holds the artifact's byte stream, or the directory of its files.</param>
/// <param name="Layout">Which of the two.</param>
/// <param name="CpuSeconds">Processor time, all threads together.</param>
/// <param name="HeapBytes">Most bytes of managed objects.</param>
/// <param name="Decodes">True on the low side: what is accepted is also decoded, by libraries of others, which the high side never loads.</param>
public sealed record InspectionJob(string Path, ContentLayout Layout, long CpuSeconds, ulong HeapBytes, bool Decodes)
{
    /// <summary>Longest frame of one, in bytes: a path of Linux has 4,096.</summary>
    public const int MaximumBytes = 16 << 10;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, IsolationJson.Default.InspectionJob);

    /// <summary>Reads one; throws <see cref="JsonException"/> where it is none, which is a bug of the service that sent it.</summary>
    public static InspectionJob Of(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, IsolationJson.Default.InspectionJob) ?? throw new JsonException("no job");
}

/// <summary>How an artifact's bytes lie.</summary>
public enum ContentLayout
{
    /// <summary>One file, the files of the manifest one behind the other.</summary>
    Stream = 1,

    /// <summary>A directory, with the files under their paths.</summary>
    Tree = 2,
}

/// <summary>What holds a worker, as it says itself before it reads anything that is not the service's.</summary>
/// <param name="LandlockVersion">Version of Landlock; 0 where the kernel has none.</param>
/// <param name="FiltersSystemCalls">True with seccomp.</param>
public sealed record ConfinementReport(int LandlockVersion, bool FiltersSystemCalls)
{
    /// <summary>Longest frame of one, in bytes.</summary>
    public const int MaximumBytes = 256;

    /// <summary>True where nothing is missing.</summary>
    [JsonIgnore]
    public bool IsWhole => LandlockVersion > 0 && FiltersSystemCalls;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, IsolationJson.Default.ConfinementReport);

    /// <summary>Reads one; throws <see cref="JsonException"/> where it is none.</summary>
    public static ConfinementReport Of(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, IsolationJson.Default.ConfinementReport) ?? throw new JsonException("no report");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InspectionJob))]
[JsonSerializable(typeof(ConfinementReport))]
internal sealed partial class IsolationJson : JsonSerializerContext;
