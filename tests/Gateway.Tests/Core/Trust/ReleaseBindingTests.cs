using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Xunit;
using static Gateway.Tests.Core.Trust.TrustedSite;

namespace Gateway.Tests.Core.Trust;

public sealed class ReleaseBindingTests
{
    private static readonly SignedManifest ByAlice = Signed(ManifestBy(), Alice);
    private static readonly SignedInspection Inspection = Inspected(ByAlice.Digest);

    [Fact]
    public void A_release_agrees_with_what_it_was_built_for()
    {
        var release = Value(Release.Parse(ReleaseOf(ByAlice).ToPayload()));
        Assert.Null(Disagreement(release));
        Assert.Equal(ReleaseOf(ByAlice), release);
    }

    public static TheoryData<RefusalCode, Func<Release, Release>> Changes => new()
    {
        { RefusalCode.WrongDestination, r => r with { Destination = "enclave-b" } },
        { RefusalCode.WrongDestination, r => r with { Destination = "Enclave-a" } },
        { RefusalCode.WrongLane, r => r with { Lane = "lane-2" } },
        { RefusalCode.WrongTrustRoot, r => r with { TrustRootVersion = 2 } },
        { RefusalCode.WrongPolicy, r => r with { PolicyDigest = Digest.Of("other"u8) } },
        { RefusalCode.WrongPolicy, r => r with { PolicyVersion = 4 } },
        { RefusalCode.WrongManifest, r => r with { ManifestDigest = Digest.Of("other"u8) } },
        { RefusalCode.WrongInspection, r => r with { InspectionDigest = Digest.Of("other"u8) } },
        { RefusalCode.NotYetValid, r => r with { NotBefore = Now.AddSeconds(1) } },
        { RefusalCode.Expired, r => r with { NotAfter = Now } },
        { RefusalCode.ManifestMismatch, r => r with { Class = "secret" } },
        { RefusalCode.ManifestMismatch, r => r with { Submitter = "bob" } },
        { RefusalCode.ManifestMismatch, r => r with { Files = 2 } },
        { RefusalCode.ManifestMismatch, r => r with { Bytes = 1 } },
        { RefusalCode.ManifestMismatch, r => r with { Sequence = 8 } },
        { RefusalCode.ManifestMismatch, r => r with { TransferId = new string('0', 32) } },
        { RefusalCode.ManifestMismatch, r => r with { Artifact = Value(ArtifactName.Parse(ArtifactKind.Dataset, "org/llm", "1.0")) } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Each_member_of_a_release_is_compared(RefusalCode expected, Func<Release, Release> change) =>
        Assert.Equal(expected, Disagreement(change(ReleaseOf(ByAlice)))?.Code);

    [Fact]
    public void A_release_is_valid_from_its_first_instant_to_before_its_last()
    {
        var release = ReleaseOf(ByAlice);
        Assert.Null(ReleaseBinding.Validity(release, release.NotBefore));
        Assert.Equal(RefusalCode.Expired, ReleaseBinding.Validity(release, release.NotAfter)?.Code);
    }

    [Theory]
    [InlineData(1, 0, null)]
    [InlineData(1_000_000, 0, null)]
    [InlineData(1_000_001, 0, RefusalCode.SequenceTooFar)]
    [InlineData(1_000_007, 7, null)]
    [InlineData(1_000_008, 7, RefusalCode.SequenceTooFar)]
    [InlineData(long.MaxValue, 7, RefusalCode.SequenceTooFar)]
    [InlineData(long.MaxValue, long.MaxValue, RefusalCode.SequenceNotNewer)]
    [InlineData(7, 7, RefusalCode.SequenceNotNewer)]
    public void A_sequence_is_newer_and_leaves_room_for_later_ones(long sequence, long published, RefusalCode? expected) =>
        Assert.Equal(expected, ReleaseBinding.Sequence(sequence, published)?.Code);

    private static Refusal? Disagreement(Release release) =>
        ReleaseBinding.Disagreement(release, ByAlice, Inspection, Root, Context, Now);
}
