using Gateway.Cli.Dev;
using Gateway.Core.Trust;
using Xunit;

namespace Gateway.Tests.Cli.Dev;

public sealed class ThrowawaySiteTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void A_site_is_made_once_and_used_again()
    {
        var made = ThrowawaySite.OpenOrCreate(directory.Path, TimeProvider.System);
        var again = ThrowawaySite.OpenOrCreate(directory.Path, TimeProvider.System);

        Assert.Equal(made, again);
    }

    [Fact]
    public void Its_trust_root_says_that_it_is_for_development_and_its_keys_are_private()
    {
        var site = ThrowawaySite.OpenOrCreate(directory.Path, TimeProvider.System);
        var root = Gateway.Cli.Signing.PinnedTrustRoot.Open(site.TrustRootFile, site.TrustRootDigest, TimeProvider.System);

        Assert.True(root.IsDevelopment);
        Assert.All(Cast.Actors, actor => Assert.NotNull(root.Find(actor.Kind, actor.Id)));
        Assert.Equal(Role.Inspector, Assert.Single(root.Find(IdentityKind.Machine, Cast.LowMachine)!.Roles));
        Assert.All(
            Directory.EnumerateFiles(directory.Path, "*.pem").Append(site.LaneKeyFile),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }
}
