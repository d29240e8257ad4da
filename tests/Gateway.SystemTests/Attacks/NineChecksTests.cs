using System.Text;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Protocol.High.V1;
using Gateway.SystemTests.Site;
using Xunit;
using RefusalCode = Gateway.Protocol.V1.RefusalCode;

namespace Gateway.SystemTests.Attacks;

/// <summary>
/// Each of the nine checks alone stops a transfer that a hostile low side pushes through: everything else about the transfer is in order.
/// The table in SECURITY.md names these tests.
/// </summary>
public sealed class NineChecksTests(HighSiteFixture fixture) : IClassFixture<HighSiteFixture>
{
    private readonly HighSite site = fixture.Site;
    private readonly HostileLowSide low = fixture.Low;

    private Keyring Keys => site.Keys;

    [Fact]
    public async Task The_honest_transfer_that_every_attack_changes_is_published()
    {
        var import = await low.PushAsync(low.Honest());
        Assert.Equal(Import.Types.State.Published, import.State);
        Assert.Equal(["bob", "carol"], import.Approvers.Order());
        Assert.Equal("# Rows\n", await File.ReadAllTextAsync(Path.Combine(site.StorageRoot, import.Path, "README.md")));
    }

    // 1 envelope
    [Fact]
    public Task Release_that_is_no_envelope() => Refused(low.Honest() with { ReleaseEnvelope = _ => "{}"u8.ToArray() }, RefusalCode.EnvelopeInvalid);

    [Fact]
    public Task Envelope_with_an_unknown_member() =>
        Refused(low.Honest() with { ReleaseEnvelope = e => Replace(e, "{\"payload\"", "{\"extra\":1,\"payload\"") }, RefusalCode.EnvelopeInvalid);

    [Fact]
    public Task Envelope_with_a_duplicate_member() =>
        Refused(low.Honest() with { ReleaseEnvelope = e => Replace(e, "{\"payload\"", "{\"payload\":\"e30=\",\"payload\"") }, RefusalCode.EnvelopeInvalid);

    [Fact]
    public Task Envelope_with_10000_signatures() => Refused(
        low.Honest() with
        {
            ReleaseEnvelope = e => Replace(e, "\"signatures\":[", "\"signatures\":[" + string.Concat(Enumerable.Repeat("{\"keyid\":\"\",\"sig\":\"AAAA\"},", 10_000))),
        },
        RefusalCode.TooManySignatures);

    [Fact]
    public Task Release_with_an_unknown_member() =>
        Refused(low.Honest() with { ReleasePayload = p => Replace(p, "\"sequence\":", "\"override\":true,\"sequence\":") }, RefusalCode.DocumentInvalid);

    [Fact]
    public Task Release_with_a_duplicate_member() =>
        Refused(low.Honest() with { ReleasePayload = p => Replace(p, "\"sequence\":", "\"sequence\":9,\"sequence\":") }, RefusalCode.DocumentInvalid);

    [Fact]
    public Task Release_in_another_spelling_of_the_same_document() =>
        Refused(low.Honest() with { ReleasePayload = p => Replace(p, "\"sequence\":", "\"sequence\": ") }, RefusalCode.DocumentInvalid);

    // 2 threshold
    [Fact]
    public Task One_approval_of_two() => Refused(low.Honest() with { ApproveKeys = [Keys.Bob] }, RefusalCode.ThresholdNotMet);

    [Fact]
    public Task No_approval_at_all() => Refused(low.Honest() with { ApproveKeys = [] }, RefusalCode.ThresholdNotMet);

    [Fact]
    public Task The_same_approver_twice() => Refused(low.Honest() with { ApproveKeys = [Keys.Bob, Keys.Bob] }, RefusalCode.ThresholdNotMet);

    [Fact]
    public Task Two_keys_of_one_person() => Refused(low.Honest() with { ApproveKeys = [Keys.Dave, Keys.DaveToken] }, RefusalCode.ThresholdNotMet);

    [Fact]
    public Task Submitter_approves_their_own() =>
        Refused(low.Honest() with { Submitter = "erin", SubmitKey = Keys.Erin, ApproveKeys = [Keys.Erin, Keys.Bob] }, RefusalCode.SelfApproval);

    [Fact]
    public Task Owner_of_the_submitting_machine_approves() =>
        Refused(low.Honest() with { Submitter = "bob", SubmitKey = Keys.Builder, ApproveKeys = [Keys.Bob, Keys.Carol] }, RefusalCode.SelfApproval);

    [Fact]
    public Task Signature_of_somebody_who_is_no_approver() => Refused(low.Honest() with { ApproveKeys = [Keys.Bob, Keys.Ivan] }, RefusalCode.ThresholdNotMet);

    [Fact]
    public Task Signature_of_a_key_that_no_root_lists() => Refused(low.Honest() with { ApproveKeys = [Keys.Bob, Keys.Stranger] }, RefusalCode.ThresholdNotMet);

    [Fact]
    public Task Signature_of_the_low_gateway_itself() => Refused(low.Honest() with { ApproveKeys = [Keys.Bob, Keys.Low] }, RefusalCode.ThresholdNotMet);

    [Fact]
    public Task Signatures_over_another_release() => Refused(
        low.Honest() with { ReleaseEnvelope = e => SwapPayload(e, p => Replace(p, "\"sequence\":1", "\"sequence\":2")) },
        RefusalCode.ThresholdNotMet);

    [Fact]
    public Task Two_approvals_where_the_class_asks_for_three() => Refused(low.Honest() with { Class = "restricted" }, RefusalCode.ThresholdNotMet);

    [Fact]
    public Task Unlisted_class_takes_the_strictest_threshold() => Refused(low.Honest() with { Class = "made-up" }, RefusalCode.ThresholdNotMet);

    [Fact]
    public Task Class_lowered_in_the_release_only() => Refused(
        low.Honest() with { Class = "restricted", ApproveKeys = [Keys.Bob, Keys.Carol, Keys.Dave], Release = r => r with { Class = "internal" } },
        RefusalCode.ManifestMismatch);

    // 3 binding
    [Fact]
    public Task Release_for_another_enclave() => Refused(low.Honest() with { Release = r => r with { Destination = "enclave-b" } }, RefusalCode.WrongDestination);

    [Fact]
    public Task Release_for_another_lane() => Refused(low.Honest() with { Release = r => r with { Lane = "lane-2" } }, RefusalCode.WrongLane);

    [Fact]
    public Task Release_under_another_trust_root() => Refused(low.Honest() with { Release = r => r with { TrustRootVersion = 2 } }, RefusalCode.WrongTrustRoot);

    [Fact]
    public Task Release_under_another_policy() => Refused(low.Honest() with { Release = r => r with { PolicyDigest = Core.Digest.Of("x"u8) } }, RefusalCode.WrongPolicy);

    [Fact]
    public Task Manifest_swapped_after_approval() => Refused(
        low.Honest() with { SwapManifest = m => Envelope.Sign(Replace(m.Payload.ToArray(), "Apache-2.0", "MIT"), Keys.Alice) },
        RefusalCode.WrongManifest);

    [Fact]
    public Task Inspection_swapped_after_approval() => Refused(
        low.Honest() with { SwapInspection = i => Envelope.Sign(Replace(i.Payload.ToArray(), "\"rows\"", "\"lines\""), Keys.Low) },
        RefusalCode.WrongInspection);

    [Fact]
    public Task Release_that_is_not_valid_yet() => Refused(
        low.Honest() with { Release = r => r with { NotBefore = r.NotAfter.AddDays(-1) } }, RefusalCode.NotYetValid);

    [Fact]
    public Task Release_that_has_expired() => Refused(
        low.Honest() with { Release = r => r with { NotBefore = r.NotBefore.AddDays(-9), NotAfter = r.NotBefore.AddDays(-1) } }, RefusalCode.Expired);

    // 4 freshness
    [Fact]
    public async Task Published_transfer_sent_again()
    {
        var transfer = low.Honest();
        Assert.Equal(Import.Types.State.Published, (await low.PushAsync(transfer)).State);
        await Refused(transfer with { Version = "2", Release = r => r with { Sequence = 2 } }, RefusalCode.TransferConsumed);
    }

    [Fact]
    public async Task Published_version_with_other_content()
    {
        var transfer = low.Honest();
        Assert.Equal(Import.Types.State.Published, (await low.PushAsync(transfer)).State);
        await Refused(
            transfer with { TransferId = Guid.CreateVersion7().ToString("N"), Files = [("README.md", "# Other\n"u8.ToArray())], Release = r => r with { Sequence = 2 } },
            RefusalCode.VersionPublished);
    }

    [Fact]
    public async Task Published_version_under_another_case()
    {
        var transfer = low.Honest() with { Version = "v1" };
        Assert.Equal(Import.Types.State.Published, (await low.PushAsync(transfer)).State);
        await Refused(
            transfer with { TransferId = Guid.CreateVersion7().ToString("N"), Version = "V1", Files = [("README.md", "# Other\n"u8.ToArray())], Release = r => r with { Sequence = 2 } },
            RefusalCode.VersionPublished);
    }

    [Fact]
    public async Task Older_approved_version_after_a_newer_one()
    {
        var newer = low.Honest() with { Version = "2", Release = r => r with { Sequence = 2 } };
        Assert.Equal(Import.Types.State.Published, (await low.PushAsync(newer)).State);
        await Refused(newer with { TransferId = Guid.CreateVersion7().ToString("N"), Version = "1", Release = r => r with { Sequence = 1 } }, RefusalCode.SequenceNotNewer);
    }

    // 5 manifest
    [Fact]
    public Task Manifest_signed_by_an_approver() => Refused(
        low.Honest() with { Submitter = "bob", SubmitKey = Keys.Bob, ApproveKeys = [Keys.Carol, Keys.Dave] }, RefusalCode.RoleMissing);

    [Fact]
    public Task Manifest_signed_by_a_stranger() => Refused(low.Honest() with { SubmitKey = Keys.Stranger }, RefusalCode.SignatureInvalid);

    [Fact]
    public Task Manifest_signed_by_another_engineer_than_it_says() => Refused(low.Honest() with { SubmitKey = Keys.Erin }, RefusalCode.ClassMismatch);

    [Fact]
    public Task Release_that_repeats_other_sizes() => Refused(low.Honest() with { Release = r => r with { Bytes = r.Bytes + 1 } }, RefusalCode.ManifestMismatch);

    [Fact]
    public Task Release_that_repeats_another_version() => Refused(
        low.Honest() with { Release = r => r with { Artifact = Name(r.Artifact.Kind, r.Artifact.FullName, "9") } }, RefusalCode.ManifestMismatch);

    [Theory]
    [InlineData("../rows.jsonl")]
    [InlineData("/rows.jsonl")]
    [InlineData("a/./rows.jsonl")]
    [InlineData("a\\\\rows.jsonl")]
    [InlineData(".gateway/x")]
    [InlineData("_success")]
    public Task Manifest_with_a_path_that_leaves_the_artifact(string path) => Refused(
        low.Honest() with { ManifestPayload = p => Replace(p, "\"rows.jsonl\"", $"\"{path}\"") }, RefusalCode.PathInvalid);

    // 6 bytes
    [Fact]
    public Task Flipped_bit_in_the_stream() => Refused(low.Honest() with { Stream = Flip }, RefusalCode.DigestMismatch);

    [Fact]
    public Task Manifest_that_lies_about_a_digest() => Refused(
        low.Honest() with { DeclaredFile = f => f with { Digest = Core.Digest.Of("other"u8) } }, RefusalCode.DigestMismatch);

    // 7 content
    [Fact]
    public Task Pickle_that_the_low_side_calls_text() => Refused(
        low.Honest() with
        {
            Files = [("README.md", "cos\nsystem\n(S'true'\ntR."u8.ToArray()), ("rows.jsonl", "{}\n"u8.ToArray())],
            Report = r => r with { Files = [r.Files[0] with { Format = "text", Findings = [] }, r.Files[1]] },
        },
        RefusalCode.PickleRefused, RefusalCode.InspectionDisagrees);

    [Fact]
    public Task Finding_hidden_from_the_approvers() => Refused(
        low.Honest() with
        {
            Files = [("rows.csv", "a,b\n=1+1,2\n"u8.ToArray())],
            Report = r => r with { Files = [r.Files[0] with { Findings = [] }] },
        },
        RefusalCode.InspectionDisagrees);

    [Fact]
    public Task Summary_that_shows_approvers_another_picture() => Refused(
        low.Honest() with { Report = r => r with { Totals = [new SummaryEntry("rows", "1000000")] } }, RefusalCode.InspectionDisagrees);

    [Fact]
    public Task Inspection_by_another_verifier_version() => Refused(low.Honest() with { Report = r => r with { VerifierVersion = "0" } }, RefusalCode.InspectionDisagrees);

    [Fact]
    public Task Inspection_signed_by_an_engineer() => Refused(low.Honest() with { InspectKey = Keys.Alice }, RefusalCode.RoleMissing, RefusalCode.SignatureInvalid);

    [Fact]
    public Task Format_claimed_by_the_manifest_and_not_found() => Refused(
        low.Honest() with { DeclaredFile = f => f with { Format = "text" } }, RefusalCode.FormatMismatch, RefusalCode.InspectionDisagrees);

    [Fact]
    public Task Dataset_that_claims_to_be_a_checkpoint() => Refused(low.Honest() with { Kind = ArtifactKind.Checkpoint }, RefusalCode.KindMismatch, RefusalCode.InspectionDisagrees);

    // 8 policy
    [Fact]
    public async Task Transfer_that_only_the_policy_of_the_high_side_denies()
    {
        await using var strict = await HighSite.StartAsync(Path.Combine(Product.Root, "tests", "vectors", "policy", "nothing-enters"));
        using var hostile = new HostileLowSide(strict);
        var import = await hostile.PushAsync(hostile.Honest());
        Assert.Equal(Import.Types.State.Quarantined, import.State);
        Assert.Equal(RefusalCode.PolicyDenied, import.Refusal.Code);
    }

    private async Task Refused(HostileTransfer transfer, params RefusalCode[] codes)
    {
        var import = await low.PushAsync(transfer);
        Assert.True(import.State == Import.Types.State.Quarantined, $"{import}");
        Assert.True(codes.Contains(import.Refusal.Code), $"{import.Refusal}");
        Assert.NotEqual("", import.Refusal.Sentence);
        var path = Path.Combine(site.Published, transfer.Kind == ArtifactKind.Checkpoint ? "checkpoints" : "datasets", transfer.Name, transfer.Version);
        Assert.True(import.Refusal.Code is RefusalCode.TransferConsumed or RefusalCode.VersionPublished || !Directory.Exists(path), $"{path} exists.");
        Assert.Contains((await site.Quarantine.ListQuarantineAsync(new ListQuarantineRequest())).Imports, i => i.Session == import.Session);
    }

    private static byte[] Flip(byte[] stream)
    {
        stream[^3] ^= 1;
        return stream;
    }

    private static byte[] Replace(byte[] text, string old, string with)
    {
        var before = Encoding.UTF8.GetString(text);
        Assert.Contains(old, before, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(before.Replace(old, with, StringComparison.Ordinal));
    }

    private static byte[] SwapPayload(byte[] envelope, Func<byte[], byte[]> change)
    {
        Assert.True(Envelope.Parse(envelope).Succeeded(out var parsed, out _));
        var payload = parsed.Payload.ToArray();
        return Replace(envelope, Convert.ToBase64String(payload), Convert.ToBase64String(change(payload)));
    }

    private static ArtifactName Name(ArtifactKind kind, string name, string version) =>
        ArtifactName.Parse(kind, name, version).Succeeded(out var artifact, out var refusal) ? artifact : throw new InvalidOperationException(refusal.ToString());
}
