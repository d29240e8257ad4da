using Gateway.Cli;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Cli.Lanes;

public sealed class LaneCommandTests : IDisposable
{
    private readonly CommandLine gateway = new();

    [Fact]
    public async Task A_key_that_is_made_is_private_and_has_the_id_that_is_shown_later()
    {
        var made = await gateway.JsonAsync("lane", "key", "--out", gateway["lane.key"], "--lane", "lane-1", "--lane", "lane-2");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(gateway["lane.key"]));
        Assert.True(LaneKey.Parse(await File.ReadAllTextAsync(gateway["lane.key"])).Succeeded(out var key, out _));
        Assert.Equal(
            [$"lane-1 {key.IdFor("lane-1"):x8}", $"lane-2 {key.IdFor("lane-2"):x8}"],
            made.GetProperty("ids").EnumerateArray().Select(id => $"{id.GetProperty("lane")} {id.GetProperty("keyId")}"));
        var shown = await gateway.JsonAsync("lane", "key", gateway["lane.key"], "--lane", "lane-1", "--lane", "lane-2");
        Assert.Equal(made.ToString(), shown.ToString());
        Assert.DoesNotContain((await File.ReadAllTextAsync(gateway["lane.key"])).Split(' ')[1].Trim(), gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_never_overwritten()
    {
        await gateway.JsonAsync("lane", "key", "--out", gateway["lane.key"]);
        var before = await File.ReadAllTextAsync(gateway["lane.key"]);
        Assert.Equal(ExitCode.Usage, await gateway.RunAsync("lane", "key", "--out", gateway["lane.key"]));
        Assert.Contains("never overwritten", gateway.Errors, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(gateway["lane.key"]));
    }

    [Fact]
    public async Task A_file_that_is_no_key_is_refused_and_not_quoted()
    {
        await File.WriteAllTextAsync(gateway["lane.key"], "gateway-lane-key-1 secret\n");
        Assert.Equal(ExitCode.Refused, await gateway.RunAsync("lane", "key", gateway["lane.key"]));
        Assert.StartsWith("refused: KEY_INVALID: ", gateway.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", gateway.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_says_how_to_carry_a_key_and_how_to_change_it_with_overlap()
    {
        Assert.Equal(ExitCode.Done, await gateway.RunAsync("lane", "key", "--help"));
        Assert.Contains("high side first", gateway.Output, StringComparison.Ordinal);
        Assert.Contains("Carry the file to both machines by hand", gateway.Output, StringComparison.Ordinal);
    }

    public void Dispose() => gateway.Dispose();
}
