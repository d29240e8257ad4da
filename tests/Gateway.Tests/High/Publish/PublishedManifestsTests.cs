using Gateway.Core.Manifests;
using Gateway.High.Publish;
using Xunit;

namespace Gateway.Tests.High.Publish;

/// <summary>Manifests as readers get them: those that were verified, or none.</summary>
public sealed class PublishedManifestsTests
{
    [Fact]
    public async Task Manifest_that_is_not_the_one_that_was_verified_is_not_read()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench));
        var second = await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "2", Sequence = 2, Files = [("other.txt", "other\n")] }));
        var manifests = new PublishedManifests(bench.Published);
        Assert.Equal(3, manifests.Read(first.Claim!).Files.Count);

        // The other version's, with all its signatures.
        var path = bench.Published.DocumentOf(second.Claim!.Artifact, PublishedFiles.Manifest);
        var (directory, own) = (Path.GetDirectoryName(path)!, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(path);
        File.Copy(bench.Published.DocumentOf(first.Claim!.Artifact, PublishedFiles.Manifest), path);
        Assert.Contains("WRONG_MANIFEST", Assert.Throws<InvalidDataException>(() => manifests.Read(second.Claim!)).Message, StringComparison.Ordinal);

        // Readable again once it is there again: a failure is not kept.
        File.Delete(path);
        await File.WriteAllBytesAsync(path, own, TestContext.Current.CancellationToken);
        Assert.Equal("other.txt", manifests.Read(second.Claim!).Files.Single().Path.Value);
    }
}
