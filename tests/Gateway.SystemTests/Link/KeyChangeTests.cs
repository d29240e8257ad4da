using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Link;

/// <summary>A lane's key is changed as `gateway lane key --help` says: the high side takes both, then the low side sends under the new one, then the old one is taken away.</summary>
public sealed class KeyChangeTests
{
    [Fact]
    public async Task Artifacts_cross_under_the_old_key_then_under_the_new_one_and_then_without_the_old_one()
    {
        await using var high = await HighSite.StartAsync();
        await using var low = new LowSite(high);
        await low.StartAsync();
        var (old, next) = ($"{high.LaneKey!.IdFor(HighSite.Lane):x8}", $"{high.SpareLaneKey.IdFor(HighSite.Lane):x8}");
        var lane = await CrossAsync(high, low, "keys/old");
        Assert.Equal(([old, next], old), (lane.KeyIds, lane.KeyId));

        await ReplaceAsync(low.ConfigurationFile, high.LaneKeyFile, high.SpareLaneKeyFile);
        await low.Service!.KillAsync();
        await low.RestartAsync();
        lane = await CrossAsync(high, low, "keys/new");
        Assert.Equal(next, lane.KeyId);

        await ReplaceAsync(high.ConfigurationFile, $"\"{high.LaneKeyFile}\",", "");
        await high.KillServiceAsync();
        await high.StartServiceAsync();
        lane = await CrossAsync(high, low, "keys/only-new");
        Assert.Equal(([next], next), (lane.KeyIds, lane.KeyId));
        Assert.Equal(0UL, lane.Faults.Forged + lane.Faults.Foreign + lane.Faults.Malformed);
    }

    private static async Task<Lane> CrossAsync(HighSite high, LowSite low, string name)
    {
        var source = Directory.CreateDirectory(Path.Combine(high.Directory, name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(source, "rows.jsonl"), "{\"row\":1}\n");
        await low.ApproveAsync(await low.SubmitAsync(source, name));
        var import = await high.WaitForAsync(i => i.Artifact?.Name == name && i.State is Import.Types.State.Published or Import.Types.State.Quarantined);
        Assert.True(import.State == Import.Types.State.Published, $"{import}");
        return Assert.Single((await high.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes);
    }

    private static async Task ReplaceAsync(string file, string from, string to)
    {
        var text = await File.ReadAllTextAsync(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, text.Replace(from, to, StringComparison.Ordinal));
    }
}
