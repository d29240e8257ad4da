using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Whole;

/// <summary>Rules on a site with real files: what is published is where loaders look for it, without anybody at a terminal.</summary>
public sealed class RulesTests(DevelopmentSite site) : IClassFixture<DevelopmentSite>
{
    [Fact]
    public async Task What_is_published_is_copied_verified_and_linked()
    {
        var high = Path.Combine(site.Directory, "site", "high");
        var rules = Path.Combine(site.Directory, "rules.json");
        await File.WriteAllTextAsync(
            rules,
            $$"""
            {"storage": "{{high}}", "rules": [
                {"name": "copies", "match": ["rules/*"], "fromBeginning": true, "copy": "copies"},
                {"name": "links", "kind": "dataset", "fromBeginning": true, "link": "links"}
            ]}
            """,
            TestContext.Current.CancellationToken);
        await site.MustAsync("importer", "imports", "run", "--check", "--rules", rules);
        var id = await site.SubmitAsync("rules/rows");
        await site.ApproveAsync("approver-1", id);
        await site.ApproveAsync("approver-2", id);

        await using (var run = site.Start("importer", "imports", "run", "--rules", rules))
        {
            await run.WaitForLineAsync("copies: rules/rows@1.0 done", HighSite.Patience);
            await run.WaitForLineAsync("links: rules/rows@1.0 done", HighSite.Patience);
        }

        var copy = Path.Combine(site.Directory, "copies", "rules", "rows", "1.0");
        await site.MustAsync("importer", "verify", copy, "--trust-root", site.TrustRootFile);
        Assert.Equal(["1.0"], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(copy)!).Select(Path.GetFileName));
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(copy, "rows.jsonl"), TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(Path.Combine(site.Directory, "links", "rules", "rows", "1.0", "rows.jsonl"), TestContext.Current.CancellationToken));

        // Again, as after a crash before the acknowledgement: what is there is confirmed and nothing is fetched twice.
        await site.MustAsync("importer", "imports", "consumers", "delete", "copies");
        await File.WriteAllTextAsync(rules, (await File.ReadAllTextAsync(rules, TestContext.Current.CancellationToken)).Replace("\"copies\",", "\"copies-2\",", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await using var again = site.Start("importer", "imports", "run", "--rules", rules);
        await again.WaitForLineAsync("copies-2: rules/rows@1.0 done (attempt 1", HighSite.Patience);
        var shown = (await site.MustAsync("importer", "imports", "show", "rules/rows@1.0", "--json")).Json;
        Assert.Equal(["copies", "copies-2", "links"], shown.GetProperty("acknowledgedBy").EnumerateArray().Select(c => c.GetString()).Order());
    }
}
