using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Gateway.LaneBench.Raw;
using Gateway.LaneBench.Receive;
using Gateway.LaneBench.Send;

namespace Gateway.LaneBench;

/// <summary>One JSON document a line on standard output; everything else goes to standard error.</summary>
internal static class Report
{
    public static void Print<T>(T document, JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(document, type));

    /// <summary>Seconds since 1970, so that what two processes of one machine print can be subtracted.</summary>
    public static double UnixSeconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>Bits of content in a second, in 10^9.</summary>
    public static double GigabitsPerSecond(long bytes, TimeSpan took) => took > TimeSpan.Zero ? bytes * 8 / took.TotalSeconds / 1e9 : 0;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SentFile))]
[JsonSerializable(typeof(ReceivedFileReport))]
[JsonSerializable(typeof(RawReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
