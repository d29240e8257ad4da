using System.Text.Json.Nodes;
using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.BadInput;

/// <summary>Services that must not start: they exit with 2 and the refusal as their last line.</summary>
[Collection(nameof(BothSides))]
public sealed class RefusedStartTests(BothSides sides)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Under_a_trust_root_that_nobody_signed(bool low)
    {
        var root = Path.Combine(sides.High.Directory, "unsigned-root.json");
        await File.WriteAllBytesAsync(root, Envelope.Sign(sides.High.Keys.TrustRoot.Payload).ToBytes());
        await RefusedAsync(RefusalCode.TrustRootInvalid, low, c => c["trustRoot"]!["file"] = root);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Under_a_trust_root_that_a_stranger_signed(bool low)
    {
        var root = Path.Combine(sides.High.Directory, "strange-root.json");
        await File.WriteAllBytesAsync(root, Envelope.Sign(sides.High.Keys.TrustRoot.Payload, sides.High.Keys.Stranger, sides.High.Keys.Alice).ToBytes());
        await RefusedAsync(RefusalCode.TrustRootInvalid, low, c => c["trustRoot"]!["file"] = root);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Under_a_throwaway_trust_root_in_production(bool low) =>
        RefusedAsync(RefusalCode.TrustRootForDevelopment, low, c => c["trustRoot"]!["allowDevelopment"] = false);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_errors_in_the_configuration_which_it_names_all_together(bool low)
    {
        var error = await RefusedAsync(
            RefusalCode.ConfigurationInvalid,
            low,
            c =>
            {
                c["listne"] = "127.0.0.1:1";
                c["storage"]!["minimumFreeBytes"] = 1;
            });
        Assert.Contains("listne", error, StringComparison.Ordinal);
        Assert.Contains("minimumFreeBytes", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task With_a_duplicate_member_in_the_configuration(bool low) => RefusedAsync(
        RefusalCode.ConfigurationInvalid, low, _ => { }, text => text.Replace("\"listen\":", "\"listen\":\"127.0.0.1:1\",\"listen\":", StringComparison.Ordinal));

    private async Task<string> RefusedAsync(RefusalCode code, bool low, Action<JsonNode> spoil, Func<string, string>? text = null)
    {
        var honest = await File.ReadAllTextAsync(low ? sides.Low.ConfigurationFile : sides.High.ConfigurationFile);
        var configuration = JsonNode.Parse(honest)!;
        spoil(configuration);
        var file = Path.Combine(sides.High.Directory, $"spoilt-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, text is null ? configuration.ToJsonString() : text(configuration.ToJsonString()));
        await using var service = RunningProgram.Start(low ? Product.GatewayLow : Product.GatewayHigh, "--config", file);
        Assert.Equal(2, await service.ExitAsync(HighSite.Patience));
        var last = service.StandardError.TrimEnd().Split('\n')[^1];
        Assert.StartsWith($"refused: {RefusalCatalogue.Of(code).Name}: ", last, StringComparison.Ordinal);
        Assert.EndsWith(RefusalCatalogue.Of(code).WayOut, last, StringComparison.Ordinal);
        return service.StandardError;
    }
}
