using Gateway.Core;
using Gateway.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Storage;

public sealed class VersionFloorTests
{
    private static readonly Digest One = Digest.Of([1]);
    private static readonly Digest Two = Digest.Of([2]);

    [Theory]
    [InlineData(VersionFloor.TrustRoot, RefusalCode.TrustRootRollback)]
    [InlineData(VersionFloor.Policy, RefusalCode.PolicyRollback)]
    public async Task A_version_goes_up_or_stays_and_survives_a_restart(VersionFloor floor, RefusalCode expected)
    {
        using var directory = new TemporaryDirectory();
        Assert.Null(await RaiseAsync(directory, floor, 3, One));
        Assert.Null(await RaiseAsync(directory, floor, 3, One));
        Assert.Equal(expected, (await RaiseAsync(directory, floor, 3, Two))?.Code);
        Assert.Equal(expected, (await RaiseAsync(directory, floor, 2, One))?.Code);
        Assert.Null(await RaiseAsync(directory, floor, 4, Two));
        Assert.Equal(expected, (await RaiseAsync(directory, floor, 3, One))?.Code);
    }

    private static async Task<Refusal?> RaiseAsync(TemporaryDirectory directory, VersionFloor floor, long version, Digest digest)
    {
        Assert.True(NoteCatalog.Open(directory["catalog.db"], new FakeTimeProvider()).Succeeded(out var catalog, out _));
        await using (catalog)
        {
            return await catalog.RaiseFloorAsync(floor, version, digest, TestContext.Current.CancellationToken);
        }
    }
}
