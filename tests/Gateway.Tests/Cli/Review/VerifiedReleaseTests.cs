using System.Text;
using Gateway.Cli;
using Gateway.Cli.Contexts;
using Gateway.Cli.Review;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Protocol.Low.V1;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using Gateway.Tests.Core.Trust;
using static Gateway.Tests.Core.Trust.TrustedSite;

namespace Gateway.Tests.Cli.Review;

/// <summary>An approver's tool against a low side that lies: what it did not verify and build itself it does not show as fit to sign.</summary>
public sealed class VerifiedReleaseTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly WireLowSide.StagingSide low = new();
    private readonly WireLowSide.ReviewSide review = new();
    private readonly SignedManifest manifest = Signed(ManifestBy(), Alice);
    private readonly Release release;
    private GatewayContext context;

    public VerifiedReleaseTests()
    {
        release = ReleaseOf(manifest);
        Serve(Document.Manifest, manifest.Envelope);
        Serve(Document.Inspection, Inspected(manifest.Digest).Envelope);
        Serve(Document.Release, Envelope.Sign(release.ToPayload()));
        review.Transfer = new Transfer
        {
            Name = $"transfers/{release.TransferId}",
            Artifact = new Protocol.V1.Artifact
            {
                Kind = (Protocol.V1.ArtifactKind)release.Artifact.Kind, Name = release.Artifact.FullName, Version = release.Artifact.Version,
            },
            Destination = release.Destination,
            Lane = release.Lane,
        };
        directory.Write("root.json", Encoding.UTF8.GetString(Envelope.Sign(Value(Draft.ToPayload()), Root1, Root2).ToBytes()));
        context = new GatewayContext
        {
            Name = "approver",
            Low = "",
            High = null,
            Certificate = "",
            Key = "",
            Authority = "",
            SigningKey = null,
            TrustRoot = directory["root.json"],
            TrustRootDigest = Root.Digest,
            PolicyDigest = null,
            Destination = null,
        };
    }

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task What_is_signed_is_the_release_that_was_served_built_anew()
    {
        var verified = await FetchAsync();

        Assert.Equal(release.ToPayload(), verified.Payload.ToArray());
        Assert.Equal(Digest.Of(release.ToPayload()), verified.Digest);
        Assert.Equal(2, verified.Required);
        Assert.Empty(verified.Counting);
        Assert.Equal(verified.Digest.Hex, ReviewView.Of(verified).ReleaseSha256);
    }

    [Fact]
    public async Task Signatures_are_counted_by_verification_not_by_what_the_service_says()
    {
        review.Transfer.Approvals.Add(new Approval { Person = "carol", Approved = true });
        Serve(Document.Release, Envelope.Sign(release.ToPayload(), Bob, Alice, Stranger));

        Assert.Equal(["bob"], (await FetchAsync()).Counting.Select(s => s.Person.Id));
    }

    [Theory]
    [InlineData("org/toy", null, null)]
    [InlineData(null, "99", null)]
    [InlineData(null, null, "transfers/$(echo pasted)")]
    public async Task A_screen_that_would_name_another_artifact_or_transfer_is_refused(string? name, string? version, string? transfer)
    {
        review.Transfer.Artifact.Name = name ?? review.Transfer.Artifact.Name;
        review.Transfer.Artifact.Version = version ?? review.Transfer.Artifact.Version;
        review.Transfer.Name = transfer ?? review.Transfer.Name;
        Assert.Equal(RefusalCode.ManifestMismatch, await RefusedAsync());
    }

    [Fact]
    public async Task A_manifest_by_a_stranger_is_refused()
    {
        Serve(Document.Manifest, Envelope.Sign(manifest.Manifest.ToPayload(), Stranger));

        Assert.Equal(RefusalCode.SignatureInvalid, await RefusedAsync());
    }

    [Fact]
    public async Task An_inspection_that_the_gateway_did_not_sign_is_refused()
    {
        Serve(Document.Inspection, Envelope.Sign(Report(manifest.Digest).ToPayload(), Alice));

        Assert.NotNull(await RefusedAsync());
    }

    [Fact]
    public async Task An_inspection_of_another_manifest_is_refused()
    {
        Serve(Document.Inspection, Envelope.Sign(Report(Digest.Of("other"u8)).ToPayload(), TrustedSite.Inspector));

        Assert.Equal(RefusalCode.WrongManifest, await RefusedAsync());
    }

    [Fact]
    public async Task A_destination_that_the_context_does_not_name_is_refused_whatever_the_low_side_says_of_it()
    {
        context = context with { Destination = "enclave-of-mine" };

        Assert.Equal(RefusalCode.WrongDestination, await RefusedAsync());
    }

    [Theory]
    [InlineData("destination", RefusalCode.WrongDestination)]
    [InlineData("lane", RefusalCode.WrongLane)]
    [InlineData("root", RefusalCode.WrongTrustRoot)]
    [InlineData("manifest", RefusalCode.WrongManifest)]
    [InlineData("inspection", RefusalCode.WrongInspection)]
    [InlineData("expired", RefusalCode.Expired)]
    [InlineData("early", RefusalCode.NotYetValid)]
    [InlineData("submitter", RefusalCode.ManifestMismatch)]
    [InlineData("class", RefusalCode.ManifestMismatch)]
    [InlineData("bytes", RefusalCode.ManifestMismatch)]
    [InlineData("transfer", RefusalCode.ManifestMismatch)]
    public async Task A_release_that_says_anything_else_is_refused(string field, RefusalCode code)
    {
        var other = field switch
        {
            "destination" => release with { Destination = "enclave-b" },
            "lane" => release with { Lane = "lane-2" },
            "root" => release with { TrustRootVersion = 2 },
            "manifest" => release with { ManifestDigest = Digest.Of("x"u8) },
            "inspection" => release with { InspectionDigest = Digest.Of("x"u8) },
            "expired" => release with { NotAfter = Now.AddSeconds(-1) },
            "early" => release with { NotBefore = Now.AddSeconds(1) },
            "submitter" => release with { Submitter = "carol" },
            "class" => release with { Class = "secret" },
            "bytes" => release with { Bytes = release.Bytes + 1 },
            _ => release with { TransferId = "0190a0b0c0d07000800000000000ffff" },
        };
        Serve(Document.Release, Envelope.Sign(other.ToPayload()));

        Assert.Equal(code, await RefusedAsync());
    }

    [Fact]
    public async Task A_policy_other_than_the_approver_pinned_is_refused()
    {
        context = context with { PolicyDigest = Digest.Of("another policy"u8) };

        Assert.Equal(RefusalCode.WrongPolicy, await RefusedAsync());
    }

    [Fact]
    public async Task A_trust_root_other_than_the_pinned_one_is_refused()
    {
        context = context with { TrustRootDigest = Digest.Of("another root"u8) };

        Assert.Equal(RefusalCode.TrustRootInvalid, await RefusedAsync());
    }

    [Fact]
    public async Task A_context_that_pins_no_trust_root_cannot_review()
    {
        context = context with { TrustRootDigest = null };

        Assert.Equal(ExitCode.Usage, (await Assert.ThrowsAsync<CommandStop>(FetchAsync)).Code);
    }

    private void Serve(Document document, Envelope envelope) => low.Documents[document] = envelope.ToBytes();

    private async Task<RefusalCode?> RefusedAsync() => (await Assert.ThrowsAsync<CommandStop>(FetchAsync)).Refusal?.Code;

    private async Task<VerifiedRelease> FetchAsync()
    {
        await using var side = await WireLowSide.StartAsync(low, review);
        return await VerifiedRelease.FetchAsync(
            side.Channel, context, $"transfers/{release.TransferId}", new FakeTimeProvider(Now), CancellationToken.None);
    }
}
