using Gateway.Protocol.High.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Link;

/// <summary>Two artifacts of two priorities on one lane.</summary>
public sealed class SharedLaneTests
{
    /// <summary>An artifact that takes longer at <see cref="Rate"/>, without anything beside it, than the commands of two approvers do.</summary>
    private const int LongArrayBytes = 192 << 20;

    private const int UrgentArrayBytes = 2 << 20;

    /// <summary>Pace in bits per second.</summary>
    private const long Rate = 100_000_000;

    [Fact]
    public async Task Urgent_artifact_passes_one_that_is_crossing_and_both_are_published()
    {
        await using var high = await HighSite.StartAsync();
        await using var low = new LowSite(high);
        await low.StartAsync(Rate);
        var slow = await low.SubmitAsync(await SourceAsync(high, "slow", LongArrayBytes), "shared/slow", "--priority", "10");
        var urgent = await low.SubmitAsync(await SourceAsync(high, "urgent", UrgentArrayBytes), "shared/urgent", "--priority", "90");
        await low.ApproveAsync(slow);
        await high.WaitForAsync(i => i.Artifact?.Name == "shared/slow" && i.State == Import.Types.State.Receiving);
        await low.ApproveAsync(urgent);

        await high.WaitForAsync(i => i.Artifact?.Name == "shared/urgent" && i.State == Import.Types.State.Published);
        var imports = (await high.Imports.ListImportsAsync(new ListImportsRequest())).Imports;
        Assert.Equal(Import.Types.State.Receiving, Assert.Single(imports, i => i.Artifact?.Name == "shared/slow").State);

        var last = await high.WaitForAsync(i => i.Artifact?.Name == "shared/slow" && i.State is not (Import.Types.State.Receiving or Import.Types.State.Verifying));
        Assert.True(last.State == Import.Types.State.Published, $"{last}");
    }

    private static async Task<string> SourceAsync(HighSite high, string name, int bytes)
    {
        var source = Directory.CreateDirectory(Path.Combine(high.Directory, name)).FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "array.npy"), Artifacts.Npy(bytes));
        return source;
    }
}
