using Gateway.Protocol.Low.V1;
using Xunit;

namespace Gateway.Tests.Low.Submit;

/// <summary>What one person may hold.</summary>
public sealed class QuotaTests
{
    [Fact]
    public async Task Person_who_holds_as_much_as_one_may_is_refused_and_nobody_else()
    {
        var artifact = SampleArtifact.Of(name: "acme/first");
        var quota = $"\"quota\": {{ \"bytesPerPerson\": {artifact.Bytes.Length + 1}, \"transfersPerPerson\": 2 }},";
        await using var world = await LowWorld.StartAsync(settings: quota);
        var first = await CreateAsync(world, "ada", "acme/first", artifact.Bytes.Length);
        Assert.Equal("QUOTA_EXCEEDED", await Refused.ByAsync(() => CreateAsync(world, "ada", "acme/second", 2)));
        await CreateAsync(world, "ada", "acme/second", 1);
        Assert.Equal("QUOTA_EXCEEDED", await Refused.ByAsync(() => CreateAsync(world, "ada", "acme/third", 0)));
        await CreateAsync(world, "eve", "acme/third", artifact.Bytes.Length);
        await world.Transfers("ada").CancelTransferAsync(new CancelTransferRequest { Name = first.Name });
        await CreateAsync(world, "ada", "acme/fourth", artifact.Bytes.Length);
    }

    private static async Task<Transfer> CreateAsync(LowWorld world, string person, string name, long bytes)
    {
        var request = LowWorld.Request(SampleArtifact.Of(name: name), person);
        request.TotalBytes = bytes;
        return await world.Transfers(person).CreateTransferAsync(request);
    }
}
