using System.Text;
using Gateway.Core;
using Gateway.Core.Trust;
using Xunit;
using static Gateway.Tests.Core.Trust.TrustedSite;

namespace Gateway.Tests.Core.Trust;

public sealed class TrustRootTests
{
    [Fact]
    public void A_root_signed_by_its_threshold_opens()
    {
        Assert.Equal((1, "lab", false), (Root.Version, Root.Site, Root.IsDevelopment));
        Assert.Equal("bob", Root.Find(IdentityKind.Machine, "build")?.Owner);
        Assert.Equal("alice", Root.FindUrn("urn:gateway:person:alice")?.Id);
        Assert.Null(Root.FindUrn("urn:gateway:person:build"));
        Assert.Null(Root.FindUrn("urn:gateway:person:"));
        Assert.Null(Root.FindUrn("alice"));
    }

    [Fact]
    public void A_root_signed_by_nobody_too_few_or_others_is_refused()
    {
        var payload = Value(Draft.ToPayload());
        Assert.Equal(RefusalCode.TrustRootInvalid, Open(Envelope.Sign(payload)));
        Assert.Equal(RefusalCode.TrustRootInvalid, Open(Envelope.Sign(payload, Root1)));
        Assert.Equal(RefusalCode.TrustRootInvalid, Open(Envelope.Sign(payload, Root1, Root1)));
        Assert.Equal(RefusalCode.TrustRootInvalid, Open(Envelope.Sign(payload, Root1, Alice, Bob, Stranger)));
        Assert.Null(Open(Envelope.Sign(payload, Root1, Root2)));
    }

    [Fact]
    public void An_expired_root_is_refused()
    {
        var envelope = Envelope.Sign(Value(Draft.ToPayload()), Root1, Root2);
        Assert.Equal(RefusalCode.TrustRootExpired, CodeOf(TrustRoot.Open(envelope, Root.Expires)));
        Assert.Null(CodeOf(TrustRoot.Open(envelope, Root.Expires.AddSeconds(-1))));
    }

    [Theory]
    [InlineData("internal", 2)]
    [InlineData("secret", 3)]
    [InlineData("Secret", 3)]
    [InlineData("unlisted", 3)]
    [InlineData("", 3)]
    [InlineData(null, 3)]
    public void A_class_has_its_threshold_and_others_the_strictest(string? className, int expected) =>
        Assert.Equal(expected, Root.ThresholdOf(className));

    [Fact]
    public void A_root_without_classes_still_asks_for_two_people() =>
        Assert.Equal(2, Opened(Draft with { Contents = Draft.Contents with { Classes = [] } }).ThresholdOf("internal"));

    public static TheoryData<string, RefusalCode, Func<TrustRootDraft, TrustRootDraft>> Faults => new()
    {
        { "class with one approval", RefusalCode.ClassTooWeak, d => d.With(new TrustedClass("weak", 1)) },
        { "class with no approval", RefusalCode.ClassTooWeak, d => d.With(new TrustedClass("weak", 0)) },
        { "class twice", RefusalCode.TrustRootInvalid, d => d.With(new TrustedClass("SECRET", 3)) },
        { "person twice", RefusalCode.TrustRootInvalid, d => d.With(new TrustedPerson("alice", [], [Stranger.Public])) },
        { "person in another case", RefusalCode.TrustRootInvalid, d => d.With(new TrustedPerson("Alice", [], [Stranger.Public])) },
        { "person without a key", RefusalCode.TrustRootInvalid, d => d.With(new TrustedPerson("erin", [Role.Approver], [])) },
        { "key of two people", RefusalCode.TrustRootInvalid, d => d.With(new TrustedPerson("erin", [Role.Approver], [Bob.Public])) },
        { "key twice at one person", RefusalCode.TrustRootInvalid, d => d.With(new TrustedPerson("erin", [], [Stranger.Public, Stranger.Public])) },
        { "key of a person and a machine", RefusalCode.TrustRootInvalid, d => d.With(new TrustedMachine("m", "bob", [], [Carol.Public])) },
        { "person as inspector", RefusalCode.TrustRootInvalid, d => d.With(new TrustedPerson("erin", [Role.Inspector], [Stranger.Public])) },
        { "machine as approver", RefusalCode.TrustRootInvalid, d => d.With(new TrustedMachine("m", "bob", [Role.Approver], [Stranger.Public])) },
        { "machine without owner", RefusalCode.TrustRootInvalid, d => d.With(new TrustedMachine("m", "erin", [], [Stranger.Public])) },
        { "machine owned by a machine", RefusalCode.TrustRootInvalid, d => d.With(new TrustedMachine("m", "build", [], [Stranger.Public])) },
        { "role twice", RefusalCode.TrustRootInvalid, d => d.With(new TrustedPerson("erin", [Role.Admin, Role.Admin], [Stranger.Public])) },
        { "id that is none", RefusalCode.TrustRootInvalid, d => d.With(new TrustedPerson("erin/", [], [Stranger.Public])) },
        { "threshold of one", RefusalCode.TrustRootInvalid, d => d with { Contents = d.Contents with { RootThreshold = 1 } } },
        { "threshold above the keys", RefusalCode.TrustRootInvalid, d => d with { Contents = d.Contents with { RootThreshold = 3 } } },
        { "root key twice", RefusalCode.TrustRootInvalid, d => d with { Contents = d.Contents with { RootKeys = [Root1.Public, Root1.Public] } } },
        { "version 0", RefusalCode.TrustRootInvalid, d => d with { Contents = d.Contents with { Version = 0 } } },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_root_with_a_fault_is_never_signed(string fault, RefusalCode expected, Func<TrustRootDraft, TrustRootDraft> change) =>
        Assert.Equal((fault, expected), (fault, CodeOf(change(Draft).ToPayload())));

    /// <summary>Signed all the same, by tools that do not ask: whoever reads it asks again.</summary>
    [Fact]
    public void A_signed_root_with_a_fault_is_refused()
    {
        var text = Encoding.UTF8.GetString(Value(Draft.ToPayload()));
        (string From, string To, RefusalCode Expected)[] edits =
        [
            ("\"approvals\":2", "\"approvals\":1", RefusalCode.ClassTooWeak),
            ("\"approvals\":2", "\"approvals\":2,\"more\":1", RefusalCode.TrustRootInvalid),
            ("\"approvals\":2", "\"approvals\":2.0", RefusalCode.TrustRootInvalid),
            ("\"approvals\":2", "\"approvals\":-2", RefusalCode.TrustRootInvalid),
            ("\"threshold\":2", "\"threshold\":0", RefusalCode.TrustRootInvalid),
            ("\"site\":\"lab\"", "\"site\":\"lab\",\"site\":\"lab\"", RefusalCode.TrustRootInvalid),
            ("\"site\":\"lab\"", "\"site\":\"l\\u0061b\"", RefusalCode.TrustRootInvalid),
            ("\"owner\":\"bob\"", "\"owner\":\"zoe\"", RefusalCode.TrustRootInvalid),
            ("\"roles\":[\"auditor\"]", "\"roles\":[\"root\"]", RefusalCode.TrustRootInvalid),
            ("trust-root:v1", "trust-root:v2", RefusalCode.TrustRootInvalid),
            (Alice.Public.KeyId, Bob.Public.KeyId, RefusalCode.TrustRootInvalid),
        ];
        foreach (var (from, to, expected) in edits)
        {
            var changed = text.Replace(from, to, StringComparison.Ordinal);
            Assert.NotEqual(text, changed);
            Assert.Equal((to, expected), (to, Open(Envelope.Sign(Encoding.UTF8.GetBytes(changed), Root1, Root2))));
        }
    }

    [Fact]
    public void A_throwaway_root_may_have_one_root_key_and_says_what_it_is()
    {
        var draft = TrustRootDraft.Start("demo", development: true, Now.AddDays(1), [Root1.Public], rootThreshold: 1);
        Assert.True(Value(TrustRoot.Open(Envelope.Sign(Value(draft.ToPayload()), Root1), Now)).IsDevelopment);
    }

    [Fact]
    public void A_draft_survives_its_file_and_gives_the_same_root_in_any_order()
    {
        var read = Value(TrustRootDraft.Parse(Draft.ToBytes()));
        Assert.Equal(Value(Draft.ToPayload()), Value(read.ToPayload()));
        var reversed = Draft.Contents with { People = [.. Draft.Contents.People.Reverse()], RootKeys = [.. Draft.Contents.RootKeys.Reverse()] };
        Assert.Equal(Value(Draft.ToPayload()), Value(new TrustRootDraft(reversed).ToPayload()));
    }

    private static RefusalCode? Open(Envelope envelope) => CodeOf(TrustRoot.Open(envelope.ToBytes(), Now));

    private static TrustRoot Opened(TrustRootDraft draft) => Value(TrustRoot.Open(Envelope.Sign(Value(draft.ToPayload()), Root1, Root2), Now));
}
