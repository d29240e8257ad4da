using Gateway.Core;
using Gateway.Low;
using Xunit;

namespace Gateway.Tests.Low;

/// <summary>The service does not start in doubt.</summary>
public sealed class StartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_error_of_the_configuration_is_reported_at_once()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write(
            "low.json",
            """
            { "listen": "localhost", "tls": { "certificate": "no.pem", "key": "no.key", "clientAuthority": "no.pem" },
              "storage": { "root": "store", "minimumFreeBytes": 1 }, "trustRoot": { "file": "no.json", "sha256": "x" },
              "policy": { "directory": "no", "sha256": "x" }, "signingKey": { "file": "no.pem" }, "destinations": [], "lanes": [], "extra": 1 }
            """);
        var refusal = (await LowService.BuildAsync(file, TimeProvider.System, Cancellation)).Refusal;
        Assert.Equal(RefusalCode.ConfigurationInvalid, refusal?.Code);
        Assert.All(
            ["listen", "tls.certificate", "storage.minimumFreeBytes", "trustRoot.sha256", "policy.directory", "destinations", "lanes", "extra"],
            key => Assert.Contains(key, refusal!.Detail, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0.0.0.0:7443", "10.0.0.2:9000")]
    [InlineData("[::]:7443", "10.0.0.2:9000")]
    [InlineData("10.0.0.2:7443", "10.0.0.2:9000")]
    public void A_service_that_would_answer_on_the_lanes_interface_is_refused(string listen, string target)
    {
        using var directory = new TemporaryDirectory();
        var (file, digest) = (directory.Write("file.pem", ""), new string('0', 64));
        var read = LowConfiguration.Read(directory.Write(
            "low.json",
            $$"""
            { "listen": "{{listen}}", "tls": { "certificate": "file.pem", "key": "file.pem", "clientAuthority": "file.pem" },
              "storage": { "root": "store" }, "trustRoot": { "file": "file.pem", "sha256": "{{digest}}" },
              "policy": { "directory": "{{Path.GetDirectoryName(file)}}", "sha256": "{{digest}}" }, "signingKey": { "file": "file.pem" },
              "destinations": ["enclave-a"], "lanes": [{ "id": "lane-1", "kind": "udp", "targets": ["{{target}}"], "mtu": 1500, "rateBitsPerSecond": 1000000000, "authentication": "none" }] }
            """));
        Assert.Equal(RefusalCode.ConfigurationInvalid, read.Refusal?.Code);
        Assert.Contains(" listen: ", read.Refusal!.Detail, StringComparison.Ordinal);
        Assert.Contains("lane-1", read.Refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root.json", "}", RefusalCode.EnvelopeInvalid)]
    [InlineData("low-1.pem", "no key", RefusalCode.KeyInvalid)]
    public async Task A_broken_trust_root_or_key_keeps_the_service_down(string file, string content, RefusalCode code)
    {
        await using var world = await LowWorld.StartAsync();
        await world.StopAsync();
        world.Overwrite(file, content);
        Assert.Equal(code, (await world.BuildAsync()).Refusal?.Code);
    }

    [Fact]
    public async Task A_development_root_needs_leave_and_the_storage_belongs_to_one_process()
    {
        await using var world = await LowWorld.StartAsync();
        Assert.Equal(RefusalCode.ConfigurationInvalid, (await world.BuildAsync()).Refusal?.Code);
        await world.StopAsync();
        world.Overwrite("low.json", world.Read("low.json").Replace("\"allowDevelopment\": true", "\"allowDevelopment\": false", StringComparison.Ordinal));
        Assert.Equal(RefusalCode.TrustRootForDevelopment, (await world.BuildAsync()).Refusal?.Code);
    }
}
