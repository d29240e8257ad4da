using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Gateway.Benchmarks.Lane;

/// <summary>What was measured, beside what is asked of it.</summary>
internal sealed class LaneTable(IReadOnlyList<Contender> contenders, LaneBenchmarkOptions options)
{
    /// <summary>Share of each goal that is asked for with authentication.</summary>
    private const double AuthenticatedShare = 0.6;

    /// <summary>What is asked in proportion to iperf3.</summary>
    private const double IperfGoal = 2.2;

    public IReadOnlyList<Contender> Measured { get; } = [.. contenders.Where(c => c.Objection is null)];

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{options.Mebibytes} MiB on tmpfs with large pages, in memory that was held until the crossing began, {Environment.ProcessorCount} cores, medians of {options.Runs}; file to file with every block's checksum and the file's SHA-256. Segmentation offload off; GRO with");
        text.AppendLine("forwarding without loss, off with loss. CPU is user and system time of each process from the first datagram to the whole file; a veth bills the receiver's softirq to the sender.");
        text.AppendLine();
        text.AppendLine("| MTU | loss | what | Gbit/s | goal | of raw | of iperf3 | pace | CPU s/GiB send + receive | goal | receiver MiB | whole | socket drops |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var row in Rows())
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Mtu} | {row.LossPercent} % | {row.What} | {F(row.GbitPerSecond)} | {F(row.Goal)} | {Percent(row.OfRaw)}{Percent(row.OfRawGoal, " (goal ", ")")} | {F(row.OfIperf)}{F(row.OfIperfGoal, " (goal ", ")")} | {F(row.PaceGbitPerSecond)} | {F(row.SendCpu)} + {F(row.ReceiveCpu)} | {F(row.CpuGoal)} | {row.ReceiverMebibytes:0} | {row.WholeRuns}/{row.Runs} | {row.ReceiveBufferErrors} |");
        }

        foreach (var absent in contenders.Where(c => c.Objection is not null).DistinctBy(c => c.Name))
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"Not measured: {absent.Name}: {absent.Objection}.");
        }

        return text.ToString();
    }

    public string ToJson() => JsonSerializer.Serialize(
        new { cores = Environment.ProcessorCount, mebibytes = options.Mebibytes, runs = options.Runs, rows = Rows(), absent = contenders.Where(c => c.Objection is not null).Select(c => c.Name).Distinct() },
        Indented);

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Strict) { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private IEnumerable<Row> Rows() => Measured.Select(contender =>
    {
        var lane = contender as LaneContender;
        var isGoal = lane is { HasFixedRate: false };
        var share = lane?.KeyFile is null ? 1 : AuthenticatedShare;
        var rate = contender.Median(c => c.GbitPerSecond);
        var gibibytes = contender is IperfContender ? 1 : options.Mebibytes / 1024d * (contender is RawContender ? 2 : 1);
        var goal = isGoal ? Goal(contender.Lab.Mtu, contender.LossPercent) * share : null;
        double? OfMedian(string name, double loss) => Measured.FirstOrDefault(c => c.Name == name && c.Lab == contender.Lab && c.LossPercent == loss) is { } other ? Finite(rate / other.Median(c => c.GbitPerSecond)) : null;
        var lossless = isGoal && contender.LossPercent == 0;
        return new Row(
            contender.Lab.Mtu,
            contender.LossPercent,
            contender.Name,
            Finite(rate),
            lane is { HasFixedRate: true } ? (contender.Lab.Mtu == 1500 ? 1.25 : 1.3) * (lane.PacksWeights ? lane.Rate / 1e9 : double.NaN) is var packed && double.IsFinite(packed) ? packed : null : goal,
            OfMedian(RawContender.Raw, contender.LossPercent),
            lossless ? (contender.Lab.Mtu == 1500 ? 0.55 : 0.3) * share : null,
            OfMedian("iperf3 -u", 0),
            lossless ? IperfGoal * share : null,
            lane?.Rate / 1e9,
            Finite(contender.Median(c => c.SendCpu) / gibibytes),
            Finite(contender.Median(c => c.ReceiveCpu) / gibibytes),
            lossless && lane!.KeyFile is null ? (contender.Lab.Mtu == 1500 ? 1.9 : 1.3) : null,
            contender.Crossings.Count == 0 ? 0 : contender.Crossings.Max(c => c.ReceivePeakBytes) / (double)(1 << 20),
            contender.WholeRuns,
            contender.Crossings.Count,
            contender.Crossings.Sum(c => c.ReceiveBufferErrors));
    });

    /// <summary>Gbit/s asked of the lane; null where nothing is.</summary>
    private static double? Goal(int mtu, double loss) => (mtu, loss) switch
    {
        (1500, 0) => 8,
        (1500, 1) => 6,
        (1500, 5) => 5,
        (9000, 0) => 12,
        (9000, 1) => 11,
        (9000, 5) => 9.5,
        _ => null,
    };

    private static double? Finite(double number) => double.IsFinite(number) ? number : null;

    private static string F(double? number, string before = "", string after = "") =>
        number is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{before}{number:0.00}{after}");

    private static string Percent(double? share, string before = "", string after = "") =>
        share is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{before}{share * 100:0} %{after}");

    private sealed record Row(
        int Mtu,
        double LossPercent,
        string What,
        double? GbitPerSecond,
        double? Goal,
        double? OfRaw,
        double? OfRawGoal,
        double? OfIperf,
        double? OfIperfGoal,
        double? PaceGbitPerSecond,
        double? SendCpu,
        double? ReceiveCpu,
        double? CpuGoal,
        double ReceiverMebibytes,
        int WholeRuns,
        int Runs,
        long ReceiveBufferErrors);
}
