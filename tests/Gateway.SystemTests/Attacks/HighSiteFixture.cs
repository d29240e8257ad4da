using Gateway.Core.Wire;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Attacks;

/// <summary>One high side for all attacks of a class: that it still answers after each of them is part of what they show.</summary>
public class HighSiteFixture : IAsyncLifetime
{
    /// <summary>Key of the lane; null leaves it without authentication.</summary>
    private protected virtual LaneKey? LaneKey => null;

    internal HighSite Site { get; private set; } = null!;

    internal HostileLowSide Low { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Site = await HighSite.StartAsync(new HighSiteSettings { LaneKey = LaneKey });
        Low = new HostileLowSide(Site);
    }

    public async ValueTask DisposeAsync()
    {
        Low.Dispose();
        await Site.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same with a key on the lane, which the hostile low side holds: a key keeps strangers out, not the low side.</summary>
public sealed class KeyedHighSiteFixture : HighSiteFixture
{
    private protected override LaneKey? LaneKey { get; } = LaneKey.Generate();
}
