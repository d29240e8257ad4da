using Gateway.Cli.Files;
using Gateway.Cli.Submit;
using Gateway.Core.Manifests;
using Gateway.High.Import;
using Gateway.High.Import.Oci;
using Gateway.Tests.High;
using Gateway.Tests.High.Import.Oci;
using Xunit;

namespace Gateway.Tests.Cli.Submit;

public sealed class ReaderLimitsTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(50_000_000_000, 0)]
    [InlineData(50_000_000_001, 1)]
    public void File_that_no_hub_client_takes_is_warned_of(long bytes, int warnings)
    {
        using (var file = File.Create(directory["model.safetensors"]))
        {
            // Holes, no bytes: the disk need not have them.
            file.SetLength(bytes);
        }

        Assert.True(ArtifactTree.Walk(directory.Path, new PathFilter([], []), TestContext.Current.CancellationToken).Succeeded(out var tree, out var refusal), refusal?.ToString());
        Assert.Equal(warnings, ReaderLimits.WarningsOf(tree).Count);
        Assert.All(ReaderLimits.WarningsOf(tree), warning => Assert.StartsWith("model.safetensors has ", warning, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(14_000, 10, false)]
    [InlineData(14_000, 60, true)]
    [InlineData(20_000, 10, true)]
    [InlineData(2_200, 800, false)]
    [InlineData(2_400, 800, true)]
    public void Files_that_no_registry_manifest_holds_are_warned_of_by_their_number_and_their_paths(int files, int pathCharacters, bool warns)
    {
        var warnings = ReaderLimits.WarningsOf(Tree(files, pathCharacters));
        Assert.Equal(warns, warnings.Count == 1);
        Assert.All(warnings, warning => Assert.Contains($"{files} files, with paths of {pathCharacters} characters on average, make an OCI manifest of", warning, StringComparison.Ordinal));
    }

    [Fact]
    public void Warning_says_whether_it_is_certain()
    {
        Assert.Contains("will not be in the enclave's registry", Assert.Single(ReaderLimits.WarningsOf(Tree(20_000, 40))), StringComparison.Ordinal);
        var unsure = Enumerable.Range(13_000, 4_000).First(files => ReaderLimits.RegistryManifest(Tree(files, 40)).Most > ReaderLimits.RegistryManifestBytes);
        Assert.Contains("may not be in the enclave's registry", Assert.Single(ReaderLimits.WarningsOf(Tree(unsure, 40))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Estimate_holds_what_the_registry_makes()
    {
        Assert.Equal(ModelPack.MaximumManifestBytes, ReaderLimits.RegistryManifestBytes);
        await using var bench = await HighBench.OpenAsync();
        (string Path, string Text)[] files = [.. Enumerable.Range(0, 300).Select(i => ($"größe/a'b+c/{i}.jsonl", "{}\n")), ("LICENSE.txt", "free\n"), ("README.md", "# Sums\n"), ("vocab.txt", "a\n")];
        foreach (var kind in new[] { ArtifactKind.Dataset, ArtifactKind.Checkpoint })
        {
            var import = await bench.CarryAsync(
                Shipment.Of(bench, p => p with { Kind = kind, Name = $"lab/{kind}", Files = files, Binaries = kind == ArtifactKind.Checkpoint ? [("model.safetensors", ModelPackTests.Weights)] : [] }),
                session: (ulong)kind);
            Assert.Null(import.Refusal);
            var version = new PublishedVersion(import, bench.Published, bench.Manifests);
            Assert.True(OciImage.Of(version).Succeeded(out var image, out var refusal), refusal?.ToString());
            var (least, most) = ReaderLimits.RegistryManifest(new([.. version.Files.Select(file => new PlannedFile(file.Path, "", Status(file.Bytes)))], []));
            Assert.InRange(image.Manifest.Bytes.Length, least, most);
            Assert.InRange(most, image.Manifest.Bytes.Length, image.Manifest.Bytes.Length * 1.1);
        }
    }

    private static FileStatus Status(long bytes) => new(FileType.Regular, bytes, 0, 0, 0);

    private static ArtifactTree Tree(int files, int pathCharacters) => new(
        [.. Enumerable.Range(0, files)
            .Select(i => $"{i:00000}".PadRight(Math.Min(pathCharacters, 200), 'x') + string.Concat(Enumerable.Repeat($"/{new string('y', 199)}", Math.Max(0, (pathCharacters / 200) - 1))))
            .Select(path => new PlannedFile(ArtifactPath.Parse(path).Succeeded(out var parsed, out var refusal) ? parsed : throw new ArgumentException(refusal.ToString()), "", Status(1_024)))],
        []);
}
