using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Gateway.High;

/// <summary>Metrics and traces of the high side, all named <c>Gateway.High</c>.</summary>
internal static class HighTelemetry
{
    private const string Name = "Gateway.High";

    private static readonly Meter Meter = new(Name);

    public static ActivitySource Activities { get; } = new(Name);

    public static Counter<long> Headers { get; } = Meter.CreateCounter<long>("gateway.high.headers", "{header}", "Session headers, by outcome.");

    public static Counter<long> ReceivedBytes { get; } = Meter.CreateCounter<long>("gateway.high.received", "By", "Bytes of blocks placed on disk.");

    public static Counter<long> HeldBytes { get; } =
        Meter.CreateCounter<long>("gateway.high.held", "By", "Bytes of blocks that did not cross because published versions hold them.");

    public static Counter<long> VerifiedBytes { get; } = Meter.CreateCounter<long>("gateway.high.verified", "By", "Stored bytes hashed and inspected.");

    public static Counter<long> ScrubbedBytes { get; } = Meter.CreateCounter<long>("gateway.high.scrubbed", "By", "Bytes of published files hashed again.");

    public static Counter<long> RottenFiles { get; } =
        Meter.CreateCounter<long>("gateway.high.rotten", "{file}", "Published files that no longer had the bytes that were verified.");

    public static Counter<long> RetiredVersions { get; } = Meter.CreateCounter<long>("gateway.high.retired", "{version}", "Versions that rules of retention took from readers.");

    public static Counter<long> ReadBytes { get; } = Meter.CreateCounter<long>("gateway.high.read", "By", "Bytes of published files given to importers.");

    public static Counter<long> ReaderRequests { get; } = Meter.CreateCounter<long>("gateway.high.reader.requests", "{request}", "Requests over HTTP, by protocol and status.");

    public static Counter<long> Imports { get; } = Meter.CreateCounter<long>("gateway.high.imports", "{import}", "Imports that ended, by outcome.");

    public static Histogram<double> Verification { get; } =
        Meter.CreateHistogram<double>("gateway.high.verification", "s", "From the last block to published or quarantined.");
}
