using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Attacks;

/// <summary>One high side for all attacks of a class: that it still answers after each of them is part of what they show.</summary>
public sealed class HighSiteFixture : IAsyncLifetime
{
    internal HighSite Site { get; private set; } = null!;

    internal HostileLowSide Low { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Site = await HighSite.StartAsync();
        Low = new HostileLowSide(Site);
    }

    public async ValueTask DisposeAsync()
    {
        Low.Dispose();
        await Site.DisposeAsync();
    }
}
