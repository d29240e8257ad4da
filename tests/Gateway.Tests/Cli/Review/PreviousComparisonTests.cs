using Gateway.Cli;
using Gateway.Cli.Review;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Protocol.Low.V1;
using Gateway.Tests.Core.Trust;
using Xunit;
using static Gateway.Tests.Core.Trust.TrustedSite;

namespace Gateway.Tests.Cli.Review;

/// <summary>What an approver is told of the version before, by a low side that may no longer, or will not, show all of it.</summary>
public sealed class PreviousComparisonTests
{
    private const string Newest = "transfers/3";
    private const string Older = "transfers/2";

    private readonly WireLowSide.StagingSide low = new();
    private readonly SignedManifest earlier = Version("1.0", ("model.safetensors", "weights 1"), ("old.txt", "text"));
    private readonly SignedManifest next = Version("2.0", ("a.txt", "a"), ("b.txt", "b"), ("model.safetensors", "weights 2"));
    private readonly InspectionReport report;

    public PreviousComparisonTests()
    {
        var seen = Seen(next, "trained 2");
        report = seen with { Previous = VersionDifference.Between(EarlierVersion.Of(earlier, Verified(Seen(earlier, "trained 1"))), next.Manifest, seen) };
        Assert.Equal(["trained"], report.Previous?.Tensors?.Changed.Names);
    }

    [Fact]
    public async Task Files_and_tensors_are_compared_again_where_both_documents_are_verified()
    {
        List(Newest, Verified(Seen(earlier, "trained 1")).Envelope.ToBytes());

        Assert.Equal(new PreviousComparison(report.Previous!, Recomputed: true, TensorsRecomputed: true), await FindAsync(report));
    }

    [Theory]
    [InlineData("not given")]
    [InlineData("no envelope")]
    [InlineData("form that is not read")]
    [InlineData("key that is not trusted")]
    [InlineData("of another manifest")]
    public async Task Files_are_compared_again_where_the_inspection_before_cannot_be_verified_and_tensors_are_said_not_to_be(string inspection)
    {
        var seen = Seen(earlier, "trained 1");
        List(Newest, inspection switch
        {
            "not given" => null,
            "no envelope" => "{}"u8.ToArray(),
            "form that is not read" => Envelope.Sign("{\"predicateType\":\"urn:gateway:inspection:v0\"}"u8.ToArray(), TrustedSite.Inspector).ToBytes(),
            "key that is not trusted" => Envelope.Sign(seen.ToPayload(), Stranger).ToBytes(),
            _ => Verified(seen with { ManifestDigest = next.Digest }).Envelope.ToBytes(),
        });

        var found = await FindAsync(report);

        Assert.Equal(new PreviousComparison(report.Previous!, Recomputed: true, TensorsRecomputed: false), found);
        var shown = ReviewedDifference.Of(found!);
        Assert.Equal("since 1.0: 2 added, 1 removed, 1 changed (computed here)", ReviewScreen.Files(shown));
        Assert.StartsWith("1 changed (trained) (the low side's word", ReviewScreen.Tensors(shown), StringComparison.Ordinal);
        Assert.StartsWith("none compared (the low side's word", ReviewScreen.Tensors(shown with { Tensors = null }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Counts_of_files_that_are_not_so_are_refused_with_the_inspection_before_and_without_it(bool hasInspection)
    {
        List(Newest, hasInspection ? Verified(Seen(earlier, "trained 1")).Envelope.ToBytes() : null);

        var stop = await Assert.ThrowsAsync<CommandStop>(() => FindAsync(report with { Previous = report.Previous! with { Changed = 0 } }));

        Assert.Equal(RefusalCode.InspectionDisagrees, stop.Refusal?.Code);
    }

    [Fact]
    public async Task Changes_of_tensors_that_are_not_so_are_refused_where_the_inspection_before_is_verified()
    {
        List(Newest, Verified(Seen(earlier, "trained 1")).Envelope.ToBytes());

        var stop = await Assert.ThrowsAsync<CommandStop>(() => FindAsync(report with { Previous = report.Previous! with { Tensors = null } }));

        Assert.Equal(RefusalCode.InspectionDisagrees, stop.Refusal?.Code);
    }

    [Fact]
    public async Task Everything_is_the_low_sides_word_where_no_transfer_has_the_manifest()
    {
        var found = await FindAsync(report);

        Assert.Equal(new PreviousComparison(report.Previous!, Recomputed: false, TensorsRecomputed: false), found);
        Assert.Contains("the low side's word", ReviewScreen.Files(ReviewedDifference.Of(found!)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_transfers_with_the_manifest_one_that_was_inspected_is_taken()
    {
        List(Newest, inspection: null);
        List(Older, Verified(Seen(earlier, "trained 1")).Envelope.ToBytes());

        Assert.Equal(new PreviousComparison(report.Previous!, Recomputed: true, TensorsRecomputed: true), await FindAsync(report));
    }

    private void List(string name, byte[]? inspection)
    {
        low.Transfers.Add(new Transfer { Name = name, ManifestSha256 = earlier.Digest.Hex, InspectionSha256 = inspection is null ? "" : Digest.Of(inspection).Hex });
        low.Listed[(name, Document.Manifest)] = earlier.Envelope.ToBytes();
        if (inspection is not null)
        {
            low.Listed[(name, Document.Inspection)] = inspection;
        }
    }

    private async Task<PreviousComparison?> FindAsync(InspectionReport of)
    {
        await using var side = await WireLowSide.StartAsync(low, new WireLowSide.ReviewSide());
        return await PreviousComparison.FindAsync(new TransferService.TransferServiceClient(side.Channel), Root, next, of, TestContext.Current.CancellationToken);
    }

    private static SignedManifest Version(string version, params (string Path, string Content)[] files) => Signed(
        Value(Manifest.Create(
            new ManifestHead(Value(ArtifactName.Parse(ArtifactKind.Checkpoint, "org/llm", version)), "internal", "alice", "evaluation", "", ""),
            [
                .. files.Select(f => new ManifestFile(
                    Value(ArtifactPath.Parse(f.Path)), f.Content.Length, Digest.Of(System.Text.Encoding.UTF8.GetBytes(f.Content)), FormatGuess.FromName(f.Path).Name())),
            ])),
        Alice);

    private static SignedInspection Verified(InspectionReport report) =>
        Value(SignedInspection.Open(Envelope.Sign(report.ToPayload(), TrustedSite.Inspector), Root, report.ManifestDigest));

    private static InspectionReport Seen(SignedManifest manifest, string trained) => Report(manifest.Digest) with
    {
        Files =
        [
            .. manifest.Manifest.Files.Select(f => new InspectedFile(
                f.Format, $"{f.Format}/1", [], [], f.Format == "safetensors" ? [Tensor("frozen", "frozen"), Tensor("trained", trained)] : [])),
        ],
    };

    private static TensorRow Tensor(string name, string data) => new(name, "I8", [4], 4, Digest.Of(System.Text.Encoding.UTF8.GetBytes(data)));
}
