using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High.Import;

/// <summary>What a reader's name and revision lead to.</summary>
public sealed class LibraryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Revision_is_the_current_version_a_version_or_a_digest()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench));
        var second = await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "2", Sequence = 2 }));
        var library = new Library(bench.Catalog, bench.Published, bench.Manifests);
        foreach (var (revision, import) in new[] { ("main", second), ("HEAD", second), ("1", first), ("refs/tags/1", first), (first.Claim!.Manifest.Hex[..40], first) })
        {
            Assert.True((await library.FindAsync(ArtifactKind.Dataset, "lab/sums", revision, Cancellation)).Succeeded(out var version, out var refusal), refusal?.ToString());
            Assert.Equal(import.Id, version.Import.Id);
        }

        Assert.Equal(["2", "1"], (await library.ListVersionsAsync(second.Claim!.Artifact, Cancellation)).Select(version => version.Artifact.Version));
    }

    [Theory]
    [InlineData(ArtifactKind.Dataset, "lab/sums", "3", RefusalCode.RevisionUnknown)]
    [InlineData(ArtifactKind.Dataset, "lab/sums", "", RefusalCode.RevisionUnknown)]
    [InlineData(ArtifactKind.Dataset, "lab/sums", "current", RefusalCode.RevisionUnknown)]
    [InlineData(ArtifactKind.Dataset, "lab/sums", "ffffffffffffffffffffffffffffffffffffffff", RefusalCode.RevisionUnknown)]
    [InlineData(ArtifactKind.Checkpoint, "lab/sums", "main", RefusalCode.ImportUnknown)]
    [InlineData(ArtifactKind.Dataset, "lab/none", "main", RefusalCode.ImportUnknown)]
    [InlineData(ArtifactKind.Dataset, "../sums", "main", RefusalCode.ImportUnknown)]
    public async Task What_is_not_there_is_refused_by_its_kind(ArtifactKind kind, string name, string revision, RefusalCode code)
    {
        await using var bench = await HighBench.OpenAsync();
        await bench.CarryAsync(Shipment.Of(bench));
        Assert.Equal(code, (await new Library(bench.Catalog, bench.Published, bench.Manifests).FindAsync(kind, name, revision, Cancellation)).Refusal?.Code);
    }

    [Fact]
    public async Task Quarantined_import_is_in_no_list()
    {
        await using var bench = await HighBench.OpenAsync();
        Assert.Equal(ImportState.Quarantined, (await bench.CarryAsync(Shipment.Of(bench).WithByteFlipped(100))).State);
        Assert.Empty(await new Library(bench.Catalog, bench.Published, bench.Manifests).ListCurrentAsync(null, "", 10, Cancellation));
    }

    [Fact]
    public async Task Files_below_a_directory_are_those_alone()
    {
        await using var bench = await HighBench.OpenAsync();
        await bench.CarryAsync(Shipment.Of(bench, p => p with { Files = [("a-b.txt", "1"), ("a.txt", "2"), ("a/b.txt", "3"), ("a/c/d.txt", "4"), ("ab/e.txt", "5"), ("b.txt", "6")] }));
        var library = new Library(bench.Catalog, bench.Published, bench.Manifests);
        Assert.True((await library.FindCurrentAsync(ArtifactKind.Dataset, "lab/sums", Cancellation)).Succeeded(out var version, out _));
        Assert.Equal(["a/b.txt", "a/c/d.txt"], version.FilesBelow("a").Select(file => file.Path.Value));
        Assert.Equal(["a/c/d.txt"], version.FilesBelow("a/c").Select(file => file.Path.Value));
        Assert.Equal(6, version.FilesBelow("").Count());
        Assert.All(new[] { "c", "a/", "/a", "../a", "b.txt", "a/b" }, directory => Assert.Empty(version.FilesBelow(directory)));
    }
}
