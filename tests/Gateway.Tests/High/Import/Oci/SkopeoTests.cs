using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Manifests;
using Xunit;

namespace Gateway.Tests.High.Import.Oci;

/// <summary>skopeo, whose library podman and CRI-O pull with, copies what is published to its last byte.</summary>
public sealed class SkopeoTests : IAsyncLifetime
{
    private const string Repository = "models/lab/tiny";

    private readonly TemporaryDirectory directory = new();
    private OciBench bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Image => $"docker://{new Uri(bench.Readers.Address).Authority}/{Repository}";

    public async ValueTask InitializeAsync()
    {
        bench = await OciBench.StartAsync();
        Directory.CreateDirectory(directory["certs"]);
        File.Copy(bench.Readers.AuthorityFile, directory["certs/ca.crt"]);
    }

    public async ValueTask DisposeAsync()
    {
        await bench.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Skopeo_copies_lists_and_inspects()
    {
        await SkipWithoutSkopeoAsync();
        var published = await PublishAsync();
        Assert.Equal(["1", "latest"], JsonDocument.Parse(await RunAsync("list-tags", Source(), Image)).RootElement.GetProperty("Tags").EnumerateArray().Select(tag => tag.GetString()));
        var manifest = await RunAsync("inspect", [.. Source(), "--raw"], $"{Image}:1");
        var digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(manifest)).Hex;

        await RunAsync("copy", CopySource(), "--preserve-digests", $"{Image}:1", $"dir:{directory["dir"]}");
        await RunAsync("copy", CopySource(), "--preserve-digests", $"{Image}@sha256:{digest}", $"oci:{directory["oci"]}:1");
        Assert.Equal(manifest, await File.ReadAllTextAsync(directory["dir/manifest.json"], Cancellation));
        Assert.Equal(manifest, await File.ReadAllTextAsync(directory[$"oci/blobs/sha256/{digest}"], Cancellation));
        foreach (var file in Directory.EnumerateFiles(published, "*", SearchOption.AllDirectories).Where(file => !Path.GetRelativePath(published, file).StartsWith('.') && Path.GetFileName(file) != PublishedFiles.Success))
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancellation);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(directory[$"dir/{Digest.Of(bytes).Hex}"], Cancellation));
            Assert.Equal(bytes, await File.ReadAllBytesAsync(directory[$"oci/blobs/sha256/{Digest.Of(bytes).Hex}"], Cancellation));
        }
    }

    [Fact]
    public async Task Skopeo_copies_the_signed_documents()
    {
        await SkipWithoutSkopeoAsync();
        var published = await PublishAsync();
        using var manifest = await bench.GetAsync($"/v2/{Repository}/manifests/1");
        var referrers = await bench.JsonAsync($"/v2/{Repository}/referrers/{OciBench.Header(manifest, "Docker-Content-Digest")}");
        var attestation = referrers.GetProperty("manifests")[0].GetProperty("digest").GetString();
        await RunAsync("copy", CopySource(), "--preserve-digests", $"{Image}@{attestation}", $"dir:{directory["documents"]}");
        foreach (var name in new[] { PublishedFiles.Release, PublishedFiles.Manifest, PublishedFiles.Inspection })
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(published, PublishedFiles.Directory, name), Cancellation);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(directory[$"documents/{Digest.Of(bytes).Hex}"], Cancellation));
        }
    }

    [Fact]
    public async Task Skopeo_is_told_what_is_wrong()
    {
        await SkipWithoutSkopeoAsync();
        await PublishAsync();
        var other = (await bench.Readers.MakeKeyAsync("other/*")).Token;
        Assert.Contains("gateway imports key create --scope", await FailAsync("inspect", [.. Source(other), "--raw"], $"{Image}:1"), StringComparison.Ordinal);
        Assert.Contains("unauthorized", await FailAsync("inspect", [.. Source(other[..^1]), "--raw"], $"{Image}:1"), StringComparison.Ordinal);
        Assert.Contains("manifest unknown", await FailAsync("inspect", [.. Source(), "--raw"], $"{Image}:2"), StringComparison.Ordinal);
        Assert.NotEmpty(await FailAsync("delete", Source(), $"{Image}:1"));
    }

    private async Task<string> PublishAsync()
    {
        var import = await bench.CarryAsync(p => p with
        {
            Kind = ArtifactKind.Checkpoint,
            Name = "lab/Tiny",
            Files = [("README.md", "# Tiny\n"), ("config.json", "{}\n"), ("notes/train.md", "fine\n")],
            Binaries = [("model.safetensors", ModelPackTests.Weights)],
        });
        return Path.Combine(bench.Readers.High.Root, import.Path!);
    }

    private string[] Source(string? token = null) => ["--creds", $"reader:{token ?? bench.Token}", "--cert-dir", directory["certs"]];

    private string[] CopySource() => ["--src-creds", $"reader:{bench.Token}", "--src-cert-dir", directory["certs"]];

    private async Task SkipWithoutSkopeoAsync()
    {
        if (await ClientProgram.RunAsync(directory.Path, new Dictionary<string, string>(), "skopeo", "--version") is not { Code: 0 })
        {
            Assert.Skip("skopeo is not installed.");
        }
    }

    private async Task<string> RunAsync(string command, string[] options, params string[] arguments)
    {
        var (code, output) = await StartAsync(command, options, arguments);
        Assert.True(code == 0, output);
        return output;
    }

    private async Task<string> FailAsync(string command, string[] options, params string[] arguments)
    {
        var (code, output) = await StartAsync(command, options, arguments);
        Assert.NotEqual(0, code);
        return output;
    }

    private async Task<(int Code, string Output)> StartAsync(string command, string[] options, string[] arguments) =>
        (await ClientProgram.RunAsync(directory.Path, new Dictionary<string, string>(), "skopeo", ["--insecure-policy", command, .. options, .. arguments]))!.Value;
}
