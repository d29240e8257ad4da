using System.Globalization;
using System.Text.Json;

namespace Gateway.Benchmarks.Lane;

/// <summary>The lane itself, by lane-bench, at the highest pace at which the file crosses whole.</summary>
internal sealed record LaneContender(Lab Lab, double LossPercent, string File, string Sha256, Inbox Inbox, string? KeyFile)
    : Contender(KeyFile is null ? "lane" : "lane, authenticated", Lab, LossPercent)
{
    private const int Port = 9000;

    /// <summary>The last: a lane that cannot even do this fails.</summary>
    private const double LastRate = 0.25e9;

    /// <summary>From one pace to the next.</summary>
    private const double RateStep = 0.9;

    /// <summary>Crossings without a loss of the sockets' own, one after another, that a pace is taken for.</summary>
    private const int CleanCrossings = 3;

    /// <summary>Seconds until a receiver that still waits has missed its session.</summary>
    private const string Patience = "90";

    private static readonly string Program = Place.Program("Gateway.LaneBench", "lane-bench");

    /// <summary>The pace, in bits per second of line.</summary>
    public double Rate { get; set; }

    /// <summary>The first pace that is tried, in bits per second of line: one that was found for something easier on the same lab.</summary>
    public Func<double>? FirstRate { get; init; }

    /// <summary>Whether blocks of weights are packed.</summary>
    public bool PacksWeights { get; init; }

    /// <summary>True where the pace is given and not looked for.</summary>
    public bool HasFixedRate { get; init; }

    public override string? Objection => System.IO.File.Exists(Program) ? null : "build tests/Gateway.LaneBench first";

    // More than once: what crosses by luck does not cross five times.
    public override void Prepare()
    {
        if (HasFixedRate)
        {
            return;
        }

        Rate = FirstRate!();
        while (Rate > LastRate && !Enumerable.Range(0, CleanCrossings).All(_ => IsClean(Cross())))
        {
            Rate *= RateStep;
        }
    }

    private static bool IsClean(Crossing crossing) => crossing is { Whole: true, ReceiveBufferErrors: 0 };

    protected override Crossing CrossOnce()
    {
        string[] key = KeyFile is null ? [] : ["--key", KeyFile];
        Inbox.HoldMemory();

        var receiving = Lab.HighAsync("timeout", [Patience, Program, "receive", "--listen", $"{Lab.HighAddress}:{Port}", "--dir", Inbox.Path, "--files", "2", .. key]);
        Lab.AwaitPort(Port, receiving);
        try
        {
            // The default loss target covers 1 %; more has to be stated, and where every bit of a slow line counts, less is.
            string[] target = LossPercent > 1 ? ["--loss-target", string.Create(CultureInfo.InvariantCulture, $"{LossPercent}%")]
                : HasFixedRate ? ["--loss-target", "0.1%"]
                : [];
            string[] packing = PacksWeights ? ["--compression", "weights"] : [];
            var rate = Rate.ToString("0", CultureInfo.InvariantCulture);
            // Its first line comes when the warm-up is over.
            var sent = Json(Lab.Low(_ => Inbox.GiveMemory(), Program, ["send", "--to", $"{Lab.HighAddress}:{Port}", "--mtu", $"{Lab.Mtu}", "--warm-up", "--rate", rate, .. target, .. packing, .. key, File]));
            var received = Json(receiving.Result);
            double Number(JsonElement of, string property) => of.GetProperty(property).GetDouble();
            var seconds = Number(received, "ended") - Number(sent, "began");
            return new(
                received.GetProperty("whole").GetBoolean() && received.GetProperty("sha256").GetString() == Sha256,
                Number(received, "bytes") * 8 / seconds / 1e9,
                Number(sent, "cpuSeconds"),
                Number(received, "cpuSeconds"),
                received.GetProperty("peakBytes").GetInt64(),
                0);
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException)
        {
            // A run that lost blocks ends with 1.
            Console.Error.WriteLine($"{this}: {e.Message.Split('\n')[0]}");
            return Crossing.Failed;
        }
        finally
        {
            Inbox.Clear();
        }
    }

    protected override string Pace => string.Create(CultureInfo.InvariantCulture, $", paced to {Rate / 1e9:0.0} Gbit/s");

    // The last line: the ones before are of the warm-up.
    private static JsonElement Json(Measured measured) => JsonDocument.Parse(measured.Output.TrimEnd().Split('\n')[^1]).RootElement;
}
