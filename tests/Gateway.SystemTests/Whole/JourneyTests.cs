using System.Text.RegularExpressions;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Whole;

/// <summary>What people do with a site, command by command as they type it, with `gateway dev` as the site.</summary>
public sealed partial class JourneyTests(DevelopmentSite site) : IClassFixture<DevelopmentSite>
{
    [Fact]
    public async Task What_two_approve_is_seen_pulled_and_verified_until_a_byte_changes()
    {
        var id = await site.SubmitAsync("whole/journey");
        await using var watch = site.Start("importer", "imports", "watch");
        Assert.Matches(LastLineOfReview(), (await site.ApproveAsync("approver-1", id)).TrimEnd().Split('\n')[^1]);
        await site.ApproveAsync("approver-2", id);
        await watch.WaitForLineAsync("PUBLISHED whole/journey@1.0", HighSite.Patience);

        var pulled = Path.Combine(site.Directory, "pulled");
        await site.MustAsync("importer", "imports", "pull", "whole/journey@1.0", "--to", pulled);
        Assert.Contains("approvers", (await site.MustAsync("importer", "verify", pulled, "--trust-root", site.TrustRootFile)).Output, StringComparison.Ordinal);

        await FlipAsync(Path.Combine(pulled, "rows.jsonl"));
        var refused = await site.RunAsync("importer", "verify", pulled, "--trust-root", site.TrustRootFile);
        Assert.Equal(1, refused.Code);
        Assert.StartsWith("refused: DIGEST_MISMATCH", refused.Error.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_runs_the_consumers_command_once_for_what_was_published()
    {
        var id = await site.SubmitAsync("whole/consumed");
        await site.ApproveAsync("approver-1", id);
        await site.ApproveAsync("approver-2", id);

        await using var watch = site.Start("importer", "imports", "watch", "--consumer", "trainer", "--exec", "/bin/echo", "took {name}@{version};", "$HOME {path}");
        await watch.WaitForLineAsync("took whole/consumed@1.0; $HOME ", HighSite.Patience);
        var later = await site.SubmitAsync("whole/consumed-later");
        await site.ApproveAsync("approver-1", later);
        await site.ApproveAsync("approver-2", later);
        await watch.WaitForLineAsync("took whole/consumed-later@1.0;", HighSite.Patience);

        Assert.Single(watch.StandardOutput.Split('\n'), l => l.StartsWith("took whole/consumed@1.0;", StringComparison.Ordinal));
        Assert.Equal(["trainer"], Consumers((await site.MustAsync("importer", "imports", "show", "whole/consumed@1.0", "--json")).Json));

        var failed = await site.RunAsync("importer", "imports", "watch", "--exec", "/bin/false");
        Assert.Equal(4, failed.Code);
        Assert.Contains("/bin/false ended with exit code 1 for ", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rejection_is_final_and_in_the_record()
    {
        var id = await site.SubmitAsync("whole/rejected");
        var digest = DevelopmentSite.DigestShown((await site.MustAsync("approver-1", "review", id)).Output);
        var rejected = await site.MustAsync("approver-1", "reject", id, "-m", "wrong licence", "--json");
        Assert.Equal("REJECTED", rejected.Json.GetProperty("state").GetString());

        Assert.Equal("STATE_WRONG", (await site.RunAsync("approver-2", "approve", id, "--digest", digest, "-m", "good")).Refusal);
        var records = (await site.MustAsync("auditor", "audit", "show", "--transfer", id, "--json")).Json.GetProperty("records").EnumerateArray().ToList();
        Assert.Contains(records, r => r.GetProperty("action").GetString() == "transfer.rejected" && r.GetProperty("actor").GetString() == "bob");
    }

    [Fact]
    public async Task An_auditor_sees_both_ends_of_the_lane_and_an_empty_quarantine()
    {
        var lanes = (await site.MustAsync("auditor", "lanes", "--json")).Json.GetProperty("lanes").EnumerateArray();
        Assert.Equal(["high lane-1", "low lane-1"], lanes.Select(l => $"{l.GetProperty("side")} {l.GetProperty("lane")}").Order(StringComparer.Ordinal));
        Assert.Empty((await site.MustAsync("auditor", "quarantine", "list", "--json")).Json.GetProperty("imports").EnumerateArray());
    }

    private static IEnumerable<string?> Consumers(System.Text.Json.JsonElement import) =>
        import.GetProperty("acknowledgedBy").EnumerateArray().Select(c => c.GetString());

    private static async Task FlipAsync(string file)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
    }

    [GeneratedRegex("^digest to be signed: [0-9a-f]{64}$")]
    private static partial Regex LastLineOfReview();
}
