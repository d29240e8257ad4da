using Gateway.Core.Wire;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Attacks;

/// <summary>One high side for all attacks of a class: that it still answers after each of them is part of what they show.</summary>
public class HighSiteFixture : IAsyncLifetime
{
    /// <summary>Key of the lane, which the hostile low side holds: a key keeps strangers out, not the low side. Null leaves the lane without authentication.</summary>
    private protected virtual LaneKey? LaneKey { get; } = LaneKey.Generate();

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

/// <summary>The same with <c>"authentication": "none"</c>, for what only reaches the decoder where every datagram is believed.</summary>
public sealed class OpenHighSiteFixture : HighSiteFixture
{
    private protected override LaneKey? LaneKey => null;
}
