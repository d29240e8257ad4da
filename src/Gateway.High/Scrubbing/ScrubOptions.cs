using Gateway.Hosting.Configuration;

namespace Gateway.High.Scrubbing;

/// <summary>How often published files are hashed again, and how fast.</summary>
/// <param name="IntervalDays">Days after which a version is hashed again.</param>
/// <param name="BytesPerSecond">Most bytes hashed a second.</param>
public sealed record ScrubOptions(
    [property: Limit(1, 366, "days", "rot that nobody looks for in a year is found by a training job")] int IntervalDays = 30,
    [property: Limit(1L << 20, 1L << 40, "bytes per second", "slower never ends, faster is no limit")] long BytesPerSecond = 64L << 20);
