using System.Globalization;

namespace Gateway.Benchmarks;

/// <summary>How times lie.</summary>
internal sealed class Spread
{
    private readonly List<TimeSpan> times = [];

    public TimeSpan Median => At(0.5);

    public TimeSpan NinetyNinth => At(0.99);

    public void Add(TimeSpan time) => times.Add(time);

    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Median.TotalMilliseconds,9:0.00}{NinetyNinth.TotalMilliseconds,9:0.00}");

    private TimeSpan At(double part)
    {
        times.Sort();
        return times[Math.Min(times.Count - 1, (int)Math.Ceiling(part * times.Count) - 1)];
    }
}
