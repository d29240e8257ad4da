using System.Diagnostics;
using System.Diagnostics.Metrics;
using Gateway.Storage.Low;

namespace Gateway.Low;

/// <summary>Metrics and traces of the low side's stages.</summary>
internal static class LowTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Gateway.Low";

    private static readonly Meter Meter = new(Name);

    public static ActivitySource Activities { get; } = new(Name);

    public static Counter<long> StagedBytes { get; } = Meter.CreateCounter<long>("gateway.low.staged", "By", "Bytes taken from uploads.");

    public static Counter<long> InspectedBytes { get; } = Meter.CreateCounter<long>("gateway.low.inspected", "By", "Bytes inspected.");

    public static Counter<long> SentBytes { get; } = Meter.CreateCounter<long>("gateway.low.sent", "By", "Bytes of artifacts sent.");

    public static Counter<long> Approvals { get; } = Meter.CreateCounter<long>("gateway.low.approvals", "{approval}", "Signatures and rejections taken, by decision.");

    private static readonly Counter<long> Transfers = Meter.CreateCounter<long>("gateway.low.transfers", "{transfer}", "Transfers that came into a state.");

    public static void Count(TransferRecord transfer) => Transfers.Add(
        1,
        new KeyValuePair<string, object?>("state", transfer.State.Word()),
        new KeyValuePair<string, object?>("refusal", transfer.Refusal?.Name ?? ""));
}
