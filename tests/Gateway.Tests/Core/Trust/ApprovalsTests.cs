using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Xunit;
using static Gateway.Tests.Core.Trust.TrustedSite;

namespace Gateway.Tests.Core.Trust;

public sealed class ApprovalsTests
{
    private static readonly SignedManifest ByAlice = Signed(ManifestBy(), Alice);

    [Fact]
    public void Two_approvers_release()
    {
        var approved = Value(Approvals.Count(ReleaseSigned(ByAlice, Bob, Carol), Root, ByAlice, atLeast: 0));
        Assert.Equal(["bob", "carol"], approved.Approvers.Select(a => a.Person.Id));
        Assert.Equal(2, approved.Required);
        Assert.Equal(ByAlice.Digest, approved.Release.ManifestDigest);
    }

    [Fact]
    public void Nobody_is_not_enough() => AssertCount(RefusalCode.ThresholdNotMet, ByAlice);

    [Fact]
    public void One_approver_is_not_enough() => AssertCount(RefusalCode.ThresholdNotMet, ByAlice, Bob);

    /// <summary>python-tuf GHSA-pwqf-9h7j-7mv8: one signature, counted as often as it is there.</summary>
    [Fact]
    public void The_same_signature_twice_counts_once()
    {
        var envelope = ReleaseSigned(ByAlice, Bob);
        var twice = Reparsed(envelope, [envelope.Signatures[0], envelope.Signatures[0]]);
        Assert.Equal(RefusalCode.ThresholdNotMet, CodeOf(Approvals.Count(twice, Root, ByAlice, 0)));
    }

    /// <summary>ECDSA signatures are random: two valid ones of the same key differ in bytes.</summary>
    [Fact]
    public void Two_signatures_of_one_key_count_once() => AssertCount(RefusalCode.ThresholdNotMet, ByAlice, Bob, Bob);

    /// <summary>tough GHSA-5q2r-92f9-4m49: one key under two ids.</summary>
    [Fact]
    public void A_signature_under_another_key_id_does_not_count()
    {
        var envelope = ReleaseSigned(ByAlice, Bob, Bob);
        foreach (var keyId in new[] { Carol.Public.KeyId, Bob.Public.KeyId.ToUpperInvariant(), "", "k" })
        {
            var renamed = Reparsed(envelope, [envelope.Signatures[0], envelope.Signatures[1] with { KeyId = keyId }]);
            Assert.Equal(RefusalCode.ThresholdNotMet, CodeOf(Approvals.Count(renamed, Root, ByAlice, 0)));
        }
    }

    [Fact]
    public void Two_keys_of_one_person_count_once() => AssertCount(RefusalCode.ThresholdNotMet, ByAlice, Bob, BobSecond);

    [Fact]
    public void The_submitter_does_not_count() => AssertCount(RefusalCode.SelfApproval, ByAlice, Alice, Bob);

    [Fact]
    public void The_submitters_other_key_does_not_count() => AssertCount(RefusalCode.SelfApproval, ByAlice, AliceSecond, Bob);

    [Fact]
    public void The_owner_of_the_submitting_machine_does_not_count()
    {
        var byMachine = Signed(ManifestBy(submitter: "bob"), BuildMachine);
        AssertCount(RefusalCode.SelfApproval, byMachine, Bob, Carol);
        AssertCount(null, byMachine, Alice, Carol);
    }

    [Fact]
    public void A_machine_does_not_count() => AssertCount(RefusalCode.ThresholdNotMet, ByAlice, BuildMachine, Carol);

    [Fact]
    public void Somebody_without_the_role_does_not_count() => AssertCount(RefusalCode.ThresholdNotMet, ByAlice, Dave, Carol);

    [Fact]
    public void A_stranger_does_not_count() => AssertCount(RefusalCode.ThresholdNotMet, ByAlice, Stranger, Carol);

    [Fact]
    public void Signatures_that_do_not_count_do_no_harm() => AssertCount(null, ByAlice, Alice, Stranger, Dave, Bob, Carol);

    [Fact]
    public void Policy_raises_the_threshold() =>
        Assert.Equal(RefusalCode.ThresholdNotMet, CodeOf(Approvals.Count(ReleaseSigned(ByAlice, Bob, Carol), Root, ByAlice, atLeast: 3)));

    [Fact]
    public void Policy_does_not_lower_the_threshold() =>
        Assert.Equal(RefusalCode.ThresholdNotMet, CodeOf(Approvals.Count(ReleaseSigned(ByAlice, Bob), Root, ByAlice, atLeast: 1)));

    [Theory]
    [InlineData("secret")]
    [InlineData("unlisted")]
    [InlineData("Internal")]
    [InlineData("")]
    public void A_strict_unlisted_or_missing_class_takes_the_strictest_threshold(string className)
    {
        var manifest = Signed(ManifestBy(className: className), Alice);
        AssertCount(RefusalCode.ThresholdNotMet, manifest, Bob, Carol);
    }

    [Fact]
    public void A_signature_over_another_release_does_not_count()
    {
        var other = ReleaseOf(ByAlice) with { Destination = "enclave-b" };
        var stolen = Envelope.Sign(other.ToPayload(), Carol).Signatures[0];
        var envelope = ReleaseSigned(ByAlice, Bob);
        Assert.Equal(RefusalCode.ThresholdNotMet, CodeOf(Approvals.Count(Reparsed(envelope, [.. envelope.Signatures, stolen]), Root, ByAlice, 0)));
    }

    [Fact]
    public void The_release_of_another_manifest_is_refused()
    {
        var other = Signed(ManifestBy(className: "secret"), Alice);
        Assert.Equal(RefusalCode.WrongManifest, CodeOf(Approvals.Count(ReleaseSigned(other, Bob, Carol), Root, ByAlice, 0)));
    }

    [Fact]
    public void A_document_of_another_type_is_no_release() =>
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(Approvals.Count(Envelope.Sign(ManifestBy().ToPayload(), Bob, Carol), Root, ByAlice, 0)));

    [Fact]
    public void An_objection_names_its_reason()
    {
        Assert.Equal(RefusalCode.SelfApproval, Approvals.Objection(SignerOf(AliceSecond), ByAlice)?.Code);
        Assert.Equal(RefusalCode.RoleMissing, Approvals.Objection(SignerOf(Dave), ByAlice)?.Code);
        Assert.Equal(RefusalCode.RoleMissing, Approvals.Objection(SignerOf(BuildMachine), ByAlice)?.Code);
        Assert.Null(Approvals.Objection(SignerOf(Bob), ByAlice));
    }

    private static Signer SignerOf(SigningKey key) => Assert.Single(Root.Signers(Envelope.Sign("x"u8.ToArray(), key)));

    private static Envelope ReleaseSigned(SignedManifest manifest, params IReadOnlyList<SigningKey> keys) =>
        Envelope.Sign(TrustedSite.ReleaseOf(manifest).ToPayload(), keys);

    private static Envelope Reparsed(Envelope envelope, IReadOnlyList<EnvelopeSignature> signatures) => new(envelope.Payload, signatures);

    private static void AssertCount(RefusalCode? expected, SignedManifest manifest, params IReadOnlyList<SigningKey> keys) =>
        Assert.Equal(expected, CodeOf(Approvals.Count(ReleaseSigned(manifest, keys), Root, manifest, atLeast: 0)));
}
