using System.Diagnostics.Metrics;

namespace Gateway.Low.Send;

/// <summary>What a lane tells who watches the service.</summary>
internal sealed class LaneMetrics : IDisposable
{
    private readonly Meter meter = new("Gateway.Low.Send");

    public LaneMetrics(LaneSender sender)
    {
        KeyValuePair<string, object?>[] lane = [new("lane", sender.Status.Lane)];
        meter.CreateObservableCounter("gateway.lane.datagrams", () => new Measurement<long>(sender.Status.Datagrams, lane), "{datagram}", "Datagrams sent");
        meter.CreateObservableCounter("gateway.lane.bytes", () => new Measurement<long>(sender.Status.Bytes, lane), "By", "Bytes of datagrams sent");
        meter.CreateObservableCounter("gateway.lane.failed", () => new Measurement<long>(sender.Failures, lane), "{send}", "Sends that the kernel refused");
        meter.CreateObservableGauge("gateway.lane.active", () => new Measurement<int>(sender.Status.ActiveSessions.Count, lane), "{session}", "Sessions that cross");
        meter.CreateObservableGauge(
            "gateway.lane.rate", () => new Measurement<long>(sender.Status.SentBitsPerSecond, lane), "bit/s", "Bits per second of line over the last seconds");
        meter.CreateObservableGauge("gateway.lane.packing_ratio", () => new Measurement<double>(sender.Status.PackingRatio, lane), "1", "Bytes of streams for each byte that crossed");
        meter.CreateObservableGauge("gateway.lane.packing", () => new Measurement<int>(sender.Status.IsPacking ? 1 : 0, lane), "1", "1 where blocks are packed at present");
    }

    public void Dispose() => meter.Dispose();
}
