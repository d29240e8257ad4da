using System.Text;
using Gateway.Cli.Verify;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Xunit;
using static Gateway.Tests.Core.Trust.TrustedSite;

namespace Gateway.Tests.Cli.Verify;

public sealed class PublishedDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly Manifest manifest;

    public PublishedDirectoryTests()
    {
        Directory.CreateDirectory(directory["sub"]);
        Directory.CreateDirectory(directory[".gateway"]);
        (string Path, string Text)[] files = [("a.txt", "alpha"), ("empty.txt", ""), ("sub/b.json", "{}")];
        foreach (var (path, text) in files)
        {
            directory.Write(path, text);
        }

        directory.Write(".gateway/manifest.dsse.json", "{}");
        manifest = Value(Manifest.Create(
            new ManifestHead(Value(ArtifactName.Parse(ArtifactKind.Dataset, "org/rows", "1")), "internal", "alice", "test", "", ""),
            files.Select(f => new ManifestFile(Value(ArtifactPath.Parse(f.Path)), f.Text.Length, Digest.Of(Encoding.UTF8.GetBytes(f.Text)), "text"))));
    }

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_directory_that_is_its_manifest_verifies() => Assert.Null(await CompareAsync());

    [Fact]
    public async Task One_changed_byte_is_another_digest()
    {
        directory.Write("a.txt", "alphb");

        Assert.Equal(new Refusal(RefusalCode.DigestMismatch, "a.txt"), await CompareAsync());
    }

    [Fact]
    public async Task One_more_byte_is_another_size()
    {
        directory.Write("empty.txt", "x");

        Assert.Equal(RefusalCode.SizeMismatch, (await CompareAsync())?.Code);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_missing()
    {
        File.Delete(directory["sub/b.json"]);

        Assert.Equal(new Refusal(RefusalCode.FileMissing, "sub/b.json"), await CompareAsync());
    }

    [Theory]
    [InlineData("sub/more.txt")]
    [InlineData(".gateway/more.txt")]
    public async Task A_file_that_nobody_signed_is_extra_wherever_it_lies(string path)
    {
        directory.Write(path, "x");

        Assert.Equal(new Refusal(RefusalCode.FileExtra, path), await CompareAsync());
    }

    [Fact]
    public async Task A_link_in_place_of_a_file_is_no_file()
    {
        File.Delete(directory["a.txt"]);
        File.CreateSymbolicLink(directory["a.txt"], "sub/b.json");

        Assert.Equal(RefusalCode.NotRegularFile, (await CompareAsync())?.Code);
    }

    [Fact]
    public void Documents_are_believed_by_the_given_root_only_and_only_with_enough_approvals()
    {
        var signed = Signed(ManifestBy(), Alice);
        var inspected = Inspected(signed.Digest);
        var payload = ReleaseOf(signed).ToPayload();

        Assert.Null(Open(Bob, Carol).Refusal);
        Assert.Equal(RefusalCode.ThresholdNotMet, Open(Bob).Refusal?.Code);
        Assert.Equal(RefusalCode.ThresholdNotMet, Open(Bob, Stranger).Refusal?.Code);

        Outcome<PublishedDocuments> Open(params SigningKey[] keys) => PublishedDocuments.Open(
            signed.Envelope.ToBytes(), inspected.Envelope.ToBytes(), Envelope.Sign(payload, keys).ToBytes(), Root);
    }

    private Task<Refusal?> CompareAsync() => PublishedDirectory.CompareAsync(directory.Path, manifest, _ => { }, CancellationToken.None);
}
