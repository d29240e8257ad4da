using System.Text.Json;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Whole;

/// <summary>
/// `gateway demo --json`: the document is a contract with whoever runs it unattended. No other test runs beside it: a receiver that gets no
/// processor for too long loses datagrams that no link dropped.
/// </summary>
[CollectionDefinition(nameof(DemoTests), DisableParallelization = true)]
[Collection(nameof(DemoTests))]
public sealed class DemoTests
{
    /// <summary>Longest run on a busy machine; the command promises three minutes with the build.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    /// <summary>Least that the two artifacts have together, in bytes.</summary>
    private const long LeastBytes = 256L << 20;

    [Fact]
    public async Task Two_artifacts_cross_a_lossy_link_whole_and_four_hostile_ones_are_refused()
    {
        await using var demo = RunningProgram.Start(Product.Gateway, "demo", "--json");
        var code = await demo.ExitAsync(Longest);

        Assert.True(code == 0, demo.StandardError);
        using var document = JsonDocument.Parse(demo.StandardOutput);
        var report = document.RootElement;
        Assert.Equal(["imports", "link", "refusals"], Members(report));
        var imports = report.GetProperty("imports").EnumerateArray().ToList();
        Assert.All(imports, i => Assert.Equal(["bytes", "files", "kind", "name", "path", "seconds", "state", "version"], Members(i)));
        Assert.Equal(["checkpoint PUBLISHED", "dataset PUBLISHED"], imports.Select(i => $"{i.GetProperty("kind")} {i.GetProperty("state")}"));
        Assert.True(imports.Sum(i => i.GetProperty("bytes").GetInt64()) >= LeastBytes, demo.StandardOutput);
        Assert.Equal(
            ["flipped-bit low DIGEST_MISMATCH", "pickle low PICKLE_REFUSED", "self-approval low SELF_APPROVAL", "under-approved-release high THRESHOLD_NOT_MET"],
            report.GetProperty("refusals").EnumerateArray()
                .Select(r => $"{r.GetProperty("case")} {r.GetProperty("side")} {r.GetProperty("code")}").Order(StringComparer.Ordinal));
        var link = report.GetProperty("link");
        Assert.Equal(["datagrams", "dropped", "lostBlocks", "repairedBlocks"], Members(link));
        Assert.InRange(link.GetProperty("dropped").GetInt64(), 1, link.GetProperty("datagrams").GetInt64() / 10);
        Assert.True(link.GetProperty("repairedBlocks").GetInt64() > 0, demo.StandardOutput);
        Assert.Equal(0, link.GetProperty("lostBlocks").GetInt64());
    }

    private static IEnumerable<string> Members(JsonElement element) => element.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal);
}
