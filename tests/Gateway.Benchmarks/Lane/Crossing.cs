using System.Globalization;

namespace Gateway.Benchmarks.Lane;

/// <summary>One file that crossed, or did not.</summary>
/// <param name="Whole">True where what arrived is what was sent, byte for byte.</param>
/// <param name="GbitPerSecond">Content from the first datagram to the whole file.</param>
/// <param name="SendCpu">CPU seconds of the sending process; NaN where they are not known.</param>
/// <param name="ReceiveCpu">CPU seconds of the receiving process.</param>
/// <param name="ReceivePeakBytes">Its highest resident set.</param>
/// <param name="ReceiveBufferErrors">Datagrams that found no room in its socket's buffer.</param>
internal sealed record Crossing(bool Whole, double GbitPerSecond, double SendCpu, double ReceiveCpu, long ReceivePeakBytes, long ReceiveBufferErrors)
{
    public static Crossing Failed { get; } = new(false, 0, double.NaN, double.NaN, 0, 0);
}

/// <summary>Something that carries bytes over a lab, again and again.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Lab">Where.</param>
/// <param name="LossPercent">Datagrams lost at random.</param>
internal abstract record Contender(string Name, Lab Lab, double LossPercent)
{
    private readonly List<Crossing> crossings = [];

    /// <summary>What it did when it was measured.</summary>
    public IReadOnlyList<Crossing> Crossings => crossings;

    public int WholeRuns => crossings.Count(c => c.Whole);

    /// <summary>Why it cannot be measured here; null where it can.</summary>
    public virtual string? Objection => null;

    /// <summary>True for a peer that asks its receiver.</summary>
    protected virtual bool NeedsReturn => false;

    public sealed override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}, MTU {Lab.Mtu}, {LossPercent} % loss{Pace}");

    /// <summary>What is to be said of its pace.</summary>
    protected virtual string Pace => "";

    /// <summary>The median of the runs; a run that failed counts as none at all.</summary>
    public double Median(Func<Crossing, double> of)
    {
        var sorted = crossings.Where(c => c.Whole).Select(of).Order().ToList();
        return sorted.Count == 0 || sorted.Count * 2 <= crossings.Count ? double.NaN : sorted[sorted.Count / 2];
    }

    /// <summary>What has to be found out before measuring; not measured.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>Crosses once, and remembers it.</summary>
    public void Measure() => crossings.Add(Cross());

    /// <summary>Crosses once.</summary>
    protected Crossing Cross()
    {
        Lab.Lose(LossPercent);
        if (NeedsReturn)
        {
            Lab.LetReturn(open: true);
        }

        try
        {
            var before = Lab.Counters();
            var crossing = CrossOnce();
            var after = Lab.Counters();
            if (!NeedsReturn && after.ReturnedFrames != before.ReturnedFrames)
            {
                throw new InvalidOperationException($"{after.ReturnedFrames - before.ReturnedFrames} frames came back over the lane.");
            }

            return crossing with { ReceiveBufferErrors = after.ReceiveBufferErrors - before.ReceiveBufferErrors };
        }
        finally
        {
            if (NeedsReturn)
            {
                Lab.LetReturn(open: false);
            }
        }
    }

    protected abstract Crossing CrossOnce();

    /// <summary>Where a program of that name is; null where it is not installed.</summary>
    protected static string? Installed(string program) =>
        ((string[])["/usr/bin", "/usr/sbin", "/usr/local/bin"]).Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);
}
