using System.Text;
using Gateway.Cli;
using Gateway.Core;
using Gateway.Core.Trust;
using Xunit;

namespace Gateway.Tests.Cli.Trust;

public sealed class TrustCommandTests : IDisposable
{
    private readonly CommandLine gateway = new();

    [Fact]
    public async Task Enough_signatures_make_a_draft_a_trust_root()
    {
        await DraftAsync();
        var first = await SignAsync("root-1");
        Assert.Equal((1, 1), (first.Signatures, first.Missing));
        Assert.Equal(RefusalCode.TrustRootInvalid, Open().Refusal?.Code);

        var again = await SignAsync("root-1");
        Assert.Equal((1, 1), (again.Signatures, again.Missing));

        var second = await SignAsync("root-2");
        Assert.Equal((2, 0), (second.Signatures, second.Missing));
        Assert.True(Open().Succeeded(out var root, out _));
        Assert.Equal(second.Sha256, root.Digest.Hex);
        Assert.Equal(3, root.ThresholdOf("secret"));
        Assert.True(root.Find(IdentityKind.Person, "alice")!.Has(Role.Engineer));
        Assert.Equal("alice", root.Find(IdentityKind.Machine, "gateway-low")!.Owner);
        Assert.False(root.IsDevelopment);

        Assert.Equal(ExitCode.Done, await gateway.RunAsync("trust", "show", gateway["root.json"]));
        Assert.Contains(root.Digest.Hex, gateway.Output, StringComparison.Ordinal);
        Assert.Contains("gateway-low", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partly_signed_root_is_passed_on_and_completed()
    {
        await DraftAsync();
        await SignAsync("root-1");
        var completed = await gateway.JsonAsync("trust", "sign", gateway["root.json"], "--key", gateway["root-2"], "--out", gateway["complete.json"]);
        Assert.Equal(0, completed.GetProperty("missing").GetInt32());
    }

    [Fact]
    public async Task A_signature_for_another_draft_is_never_mixed_in()
    {
        await DraftAsync();
        await SignAsync("root-1");
        await gateway.JsonAsync("trust", "add", "class", gateway["draft.json"], "more", "--approvals", "2");
        var before = await File.ReadAllTextAsync(gateway["root.json"]);
        Assert.Equal(ExitCode.Usage, await gateway.RunAsync("trust", "sign", gateway["draft.json"], "--key", gateway["root-2"], "--out", gateway["root.json"]));
        Assert.Equal(before, await File.ReadAllTextAsync(gateway["root.json"]));
    }

    [Fact]
    public async Task Only_root_keys_sign()
    {
        await DraftAsync();
        Assert.Equal(ExitCode.Refused, await gateway.RunAsync("trust", "sign", gateway["draft.json"], "--key", gateway["alice"], "--out", gateway["root.json"]));
        Assert.StartsWith("refused: SIGNATURE_INVALID: ", gateway.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(gateway["root.json"]));
    }

    [Fact]
    public async Task An_edit_that_breaks_a_rule_is_refused_and_leaves_the_draft()
    {
        await DraftAsync();
        var before = await File.ReadAllTextAsync(gateway["draft.json"]);
        (string Code, string[] Arguments)[] edits =
        [
            ("CLASS_TOO_WEAK", ["class", gateway["draft.json"], "weak", "--approvals", "1"]),
            ("TRUST_ROOT_INVALID", ["person", gateway["draft.json"], "mallory", "--role", "approver", "--key", gateway["alice.pub"]]),
            ("TRUST_ROOT_INVALID", ["person", gateway["draft.json"], "mallory", "--role", "approver"]),
            ("TRUST_ROOT_INVALID", ["machine", gateway["draft.json"], "m", "--owner", "nobody"]),
            ("KEY_INVALID", ["person", gateway["draft.json"], "mallory", "--key", gateway["draft.json"]]),
        ];
        foreach (var (code, arguments) in edits)
        {
            Assert.Equal(ExitCode.Refused, await gateway.RunAsync(["trust", "add", .. arguments]));
            Assert.StartsWith($"refused: {code}: ", gateway.Errors, StringComparison.Ordinal);
            Assert.Equal(before, await File.ReadAllTextAsync(gateway["draft.json"]));
        }
    }

    [Fact]
    public async Task A_signed_root_is_not_edited()
    {
        await DraftAsync();
        await SignAsync("root-1");
        Assert.Equal(ExitCode.Usage, await gateway.RunAsync("trust", "add", "class", gateway["root.json"], "more", "--approvals", "2"));
    }

    [Fact]
    public async Task One_root_key_alone_is_refused()
    {
        await KeyAsync("root-1");
        Assert.Equal(ExitCode.Refused, await gateway.RunAsync(
            "trust", "init", "--site", "lab", "--out", gateway["draft.json"], "--root-key", gateway["root-1.pub"], "--root-threshold", "1", "--expires", "2027-01-31"));
        Assert.StartsWith("refused: TRUST_ROOT_INVALID: ", gateway.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(gateway["draft.json"]));
    }

    [Theory]
    [InlineData("2026-01-30")]
    [InlineData("tomorrow")]
    public async Task An_expiry_that_is_past_or_no_date_is_wrong_usage(string expires)
    {
        await KeyAsync("root-1");
        await KeyAsync("root-2");
        Assert.Equal(ExitCode.Usage, await InitAsync(expires));
    }

    public void Dispose() => gateway.Dispose();

    private async Task DraftAsync()
    {
        foreach (var name in new[] { "root-1", "root-2", "alice", "bob", "low" })
        {
            await KeyAsync(name);
        }

        Assert.Equal(ExitCode.Done, await InitAsync("2027-01-31"));
        var draft = gateway["draft.json"];
        await gateway.JsonAsync("trust", "add", "person", draft, "alice", "--role", "engineer", "--role", "admin", "--key", gateway["alice.pub"]);
        await gateway.JsonAsync("trust", "add", "person", draft, "bob", "--role", "approver", "--key", gateway["bob.pub"]);
        await gateway.JsonAsync("trust", "add", "machine", draft, "gateway-low", "--owner", "alice", "--role", "inspector", "--key", gateway["low.pub"]);
        await gateway.JsonAsync("trust", "add", "class", draft, "secret", "--approvals", "3");
    }

    private Task<int> InitAsync(string expires) => gateway.RunAsync(
        "trust", "init", "--site", "lab", "--out", gateway["draft.json"], "--root-key", gateway["root-1.pub"], "--root-key", gateway["root-2.pub"],
        "--root-threshold", "2", "--expires", expires);

    private async Task KeyAsync(string name) => await gateway.JsonAsync("key", "generate", "--out", gateway[name], "--kind", "ed25519", "--no-passphrase");

    private async Task<(int Signatures, int Missing, string? Sha256)> SignAsync(string key)
    {
        var signed = await gateway.JsonAsync("trust", "sign", gateway["draft.json"], "--key", gateway[key], "--out", gateway["root.json"]);
        return (signed.GetProperty("signatures").GetInt32(), signed.GetProperty("missing").GetInt32(), signed.GetProperty("sha256").GetString());
    }

    private Outcome<TrustRoot> Open() => TrustRoot.Open(Encoding.UTF8.GetBytes(File.ReadAllText(gateway["root.json"])), gateway.Time.GetUtcNow());
}
