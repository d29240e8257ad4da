using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Xunit;
using static Gateway.Tests.Core.Trust.TrustedSite;

namespace Gateway.Tests.Core.Trust;

public sealed class SignedDocumentTests
{
    [Fact]
    public void The_submitter_is_found_from_the_key()
    {
        var byPerson = Signed(ManifestBy(), Alice);
        Assert.Equal("alice", byPerson.Submitter.Person.Id);
        var byMachine = Signed(ManifestBy(submitter: "bob"), BuildMachine);
        Assert.Equal((IdentityKind.Machine, "bob"), (byMachine.Submitter.Identity.Kind, byMachine.Submitter.Person.Id));
    }

    [Fact]
    public void A_manifest_that_names_another_submitter_is_refused() =>
        Assert.Equal(RefusalCode.ClassMismatch, Open(ManifestBy(submitter: "carol"), Alice));

    [Fact]
    public void A_manifest_by_somebody_who_is_no_engineer_is_refused() =>
        Assert.Equal(RefusalCode.RoleMissing, Open(ManifestBy(submitter: "bob"), Bob));

    [Fact]
    public void A_manifest_by_a_stranger_is_refused() => Assert.Equal(RefusalCode.SignatureInvalid, Open(ManifestBy(), Stranger));

    [Fact]
    public void A_manifest_that_nobody_or_more_than_one_signed_is_refused()
    {
        Assert.Equal(RefusalCode.EnvelopeInvalid, Open(ManifestBy()));
        Assert.Equal(RefusalCode.EnvelopeInvalid, Open(ManifestBy(), Alice, BuildMachine));
    }

    [Fact]
    public void A_manifest_with_one_changed_byte_is_refused()
    {
        var envelope = Envelope.Sign(ManifestBy().ToPayload(), Alice);
        var payload = envelope.Payload.ToArray();
        payload[^20] ^= 1;
        Assert.Equal(RefusalCode.SignatureInvalid, CodeOf(SignedManifest.Open(new Envelope(payload, envelope.Signatures), Root)));
    }

    [Fact]
    public void An_inspection_by_a_machine_without_the_role_is_refused()
    {
        var manifest = Signed(ManifestBy(), Alice);
        var payload = Report(manifest.Digest).ToPayload();
        Assert.Null(CodeOf(SignedInspection.Open(Envelope.Sign(payload, TrustedSite.Inspector), Root, manifest.Digest)));
        Assert.Equal(RefusalCode.RoleMissing, CodeOf(SignedInspection.Open(Envelope.Sign(payload, BuildMachine), Root, manifest.Digest)));
        Assert.Equal(RefusalCode.SignatureInvalid, CodeOf(SignedInspection.Open(Envelope.Sign(payload, Stranger), Root, manifest.Digest)));
    }

    [Fact]
    public void The_inspection_of_another_manifest_is_refused() =>
        Assert.Equal(RefusalCode.WrongManifest, CodeOf(SignedInspection.Open(
            Envelope.Sign(Report(Digest.Of("other"u8)).ToPayload(), TrustedSite.Inspector), Root, Signed(ManifestBy(), Alice).Digest)));

    private static RefusalCode? Open(Manifest manifest, params IReadOnlyList<SigningKey> keys) =>
        CodeOf(SignedManifest.Open(Envelope.Sign(manifest.ToPayload(), keys), Root));
}
