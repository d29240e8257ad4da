using Gateway.Core.Ledger;
using Gateway.Hosting;
using Gateway.Hosting.Calls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace Gateway.Tests.Hosting;

public sealed class CatalogCheckTests
{
    [Fact]
    public async Task Health_is_that_of_the_catalog()
    {
        Assert.Equal(HealthStatus.Healthy, await CheckAsync((_, _, _) => Task.FromResult<IReadOnlyList<AuditRecord>>([])));
        Assert.Equal(HealthStatus.Unhealthy, await CheckAsync((_, _, _) => throw new IOException("the disk is gone")));
    }

    private static async Task<HealthStatus> CheckAsync(AuditReader audit)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddCatalogCheck(audit);
        await using var provider = services.BuildServiceProvider();
        return (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Status;
    }
}
