namespace Gateway.Core.Inspection.Scanning;

/// <summary>How often something was seen, where first, and samples of it.</summary>
internal sealed class Sightings
{
    private readonly List<string> samples = new(TextLimits.Samples);

    public long Count { get; private set; }

    /// <summary>Where it was seen first; beyond everything where it was not.</summary>
    public long First { get; private set; } = long.MaxValue;

    public string Evidence => string.Join(", ", samples);

    /// <summary>Counts one; true where a sample of it is still wanted.</summary>
    public bool Add(long offset)
    {
        First = Count == 0 ? offset : First;
        Count++;
        return samples.Count < TextLimits.Samples;
    }

    /// <summary>A sample of what was counted last, which is never the whole.</summary>
    public void Show(string sample) => samples.Add(sample);
}
