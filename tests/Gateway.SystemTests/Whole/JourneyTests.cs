using System.Text.RegularExpressions;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Whole;

/// <summary>What people do with a site, command by command as they type it, with `gateway dev` as the site.</summary>
public sealed partial class JourneyTests(DevelopmentSite site) : IClassFixture<DevelopmentSite>
{
    /// <summary>What a block of the site's lane holds at most: where a file begins or ends in one, all of it crosses.</summary>
    private const long MostBlockBytes = 1 << 20;

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

    /// <summary>The second is published too, whole: the high side had the large file and checked it again.</summary>
    [Fact]
    public async Task A_next_version_crosses_without_the_file_that_crossed_before()
    {
        var array = Artifacts.Npy(8 << 20);
        foreach (var version in (string[])["1.0", "2.0"])
        {
            var id = await site.SubmitAsync(
                "whole/shared", version, "dataset", "AWAITING_APPROVAL", ("array.npy", array), ("README.md", System.Text.Encoding.UTF8.GetBytes($"# Version {version}\n")));
            await site.ApproveAsync("approver-1", id);
            await site.ApproveAsync("approver-2", id);
            await using var watch = site.Start("importer", "imports", "watch", "--exec", "/bin/echo", "took {name}@{version};");
            await watch.WaitForLineAsync($"took whole/shared@{version};", HighSite.Patience);

            var spared = (await site.MustAsync("engineer", "show", id, "--json")).Json.GetProperty("sparedBytes").GetInt64();
            Assert.InRange(spared, version == "1.0" ? 0 : array.Length - MostBlockBytes, version == "1.0" ? 0 : array.Length);
        }

        var pulled = Path.Combine(site.Directory, "pulled-shared");
        await site.MustAsync("importer", "imports", "pull", "whole/shared@2.0", "--to", pulled);
        await site.MustAsync("importer", "verify", pulled, "--trust-root", site.TrustRootFile);
        Assert.Equal(array, await File.ReadAllBytesAsync(Path.Combine(pulled, "array.npy")));
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
    public async Task Policy_says_which_rules_decide_and_what_they_see()
    {
        var id = await site.SubmitAsync("whole/explained");
        var bundle = Path.Combine(site.Directory, "site", "policy");
        var explained = (await site.MustAsync("approver-1", "policy", "explain", id, "--bundle", bundle, "--json")).Json;
        Assert.Equal(("permit", 2), (explained.GetProperty("decision").GetString(), explained.GetProperty("approvals").GetInt32()));
        Assert.True(explained.GetProperty("isPinned").GetBoolean());
        Assert.Equal(["two-approvals"], explained.GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("id").GetString()));
        var saw = explained.GetProperty("saw").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!, f => f.GetProperty("value").GetString());
        Assert.Equal("whole/explained", saw["name"]);
        Assert.NotEmpty(saw["formats"]!);
        Assert.NotEmpty(saw["notChecked"]!);

        // A site that thinks of a rule of its own sees what it would do before it installs it.
        var stricter = Directory.CreateDirectory(Path.Combine(site.Directory, "stricter")).FullName;
        foreach (var file in Directory.EnumerateFiles(bundle))
        {
            File.Copy(file, Path.Combine(stricter, Path.GetFileName(file)));
        }

        Directory.CreateDirectory(Path.Combine(stricter, "cases"));
        File.Copy(Path.Combine(bundle, "cases", "approvals.json"), Path.Combine(stricter, "cases", "approvals.json"));
        await File.WriteAllTextAsync(
            Path.Combine(stricter, "own.cedar"),
            """
            @id("no-whole") @reason("names of whole are not imported") @fix("submit it under another name")
            forbid (principal is Person, action == Action::"import", resource is Artifact) when { resource.name like "whole/*" };
            """);
        var denied = await site.MustAsync("approver-1", "policy", "explain", id, "--bundle", stricter);
        Assert.Contains("denied, whoever approves it", denied.Output, StringComparison.Ordinal);
        Assert.Contains("not the policy that the context pins", denied.Output, StringComparison.Ordinal);
        Assert.Contains("no-whole", denied.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_policy_denied_is_explained_by_the_rule_that_denied_it()
    {
        var id = await site.SubmitAsync(
            "whole/denied", "1.0", "dataset", "REFUSED", ("config.json", """{"auto_map":{"AutoModel":"modeling.Model"}}"""u8.ToArray()));
        var bundle = Path.Combine(site.Directory, "site", "policy");
        var explained = (await site.MustAsync("engineer", "policy", "explain", id, "--bundle", bundle, "--json")).Json;
        Assert.Equal("deny", explained.GetProperty("decision").GetString());
        Assert.Equal(["no-remote-code"], explained.GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("id").GetString()));
        Assert.Contains("REMOTE_CODE", explained.GetProperty("saw").EnumerateArray().Single(f => f.GetProperty("name").GetString() == "findings").GetProperty("value").GetString(), StringComparison.Ordinal);
    }

    /// <summary>Published on the high side, which compares the tensors with those of the version that it holds.</summary>
    [Fact]
    public async Task Approvers_of_a_next_version_see_which_tensors_changed()
    {
        foreach (var (version, fill) in ((string, byte)[])[("1.0", 1), ("2.0", 2)])
        {
            var id = await site.SubmitAsync("whole/weights", version, "checkpoint", "AWAITING_APPROVAL", ("model.safetensors", Weights(fill)));
            if (version == "2.0")
            {
                var review = (await site.MustAsync("approver-1", "review", id, "--json")).Json;
                var changed = review.GetProperty("difference").GetProperty("tensors").GetProperty("changed");
                Assert.Equal(["trained"], changed.GetProperty("names").EnumerateArray().Select(n => n.GetString()));
                Assert.True(review.GetProperty("difference").GetProperty("recomputed").GetBoolean());
                Assert.Equal(["frozen", "trained"], review.GetProperty("tensors")[0].GetProperty("tensors").EnumerateArray().Select(t => t.GetProperty("name").GetString()));
                Assert.Contains("1 changed (trained)", (await site.MustAsync("approver-1", "review", id)).Output, StringComparison.Ordinal);
            }

            await site.ApproveAsync("approver-1", id);
            await site.ApproveAsync("approver-2", id);
            await using var watch = site.Start("importer", "imports", "watch", "--exec", "/bin/echo", "took {name}@{version};");
            await watch.WaitForLineAsync($"took whole/weights@{version};", HighSite.Patience);
        }

        static byte[] Weights(byte fill)
        {
            var header = """{"frozen":{"dtype":"I8","shape":[4],"data_offsets":[0,4]},"trained":{"dtype":"I8","shape":[4],"data_offsets":[4,8]}}"""u8;
            return [(byte)header.Length, 0, 0, 0, 0, 0, 0, 0, .. header, 0, 0, 0, 0, fill, fill, fill, fill];
        }
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
