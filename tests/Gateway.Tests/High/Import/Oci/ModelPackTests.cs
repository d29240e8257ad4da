using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import;
using Gateway.High.Import.Oci;
using Gateway.Storage.High;
using Gateway.Tests.Core.Inspection;
using Xunit;

namespace Gateway.Tests.High.Import.Oci;

/// <summary>What is made of a version.</summary>
public sealed class ModelPackTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>One tensor of two numbers.</summary>
    internal static byte[] Weights { get; } = [.. "<\0\0\0\0\0\0\0"u8, .. """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}      """u8, .. new byte[8]];

    [Fact]
    public async Task Layers_are_the_files_by_what_they_are_for()
    {
        await using var bench = await HighBench.OpenAsync();
        var version = await OpenAsync(bench, await bench.CarryAsync(Shipment.Of(bench, p => p with
        {
            Kind = ArtifactKind.Checkpoint,
            Name = "lab/Tiny",
            Files = [("LICENSE.txt", "free\n"), ("README.md", "# Tiny\n"), ("chat.jinja", "{{ x }}"), ("config.json", "{}\n"), ("eval/rows.jsonl", "{}\n"), ("vocab.txt", "a\nb\n")],
            Binaries = [("model.safetensors", Weights), ("tiny.gguf", GgufFiles.Of([GgufFiles.Llama], [new("output_norm.weight", 0, [3], 12)], 32))],
        })));
        var manifest = Json(Image(version).Manifest);
        Assert.Equal("application/vnd.cncf.model.manifest.v1+json", manifest.GetProperty("artifactType").GetString());
        Assert.Equal(
            [
                "doc LICENSE.txt", "doc README.md", "weight.config chat.jinja", "weight.config config.json", "dataset eval/rows.jsonl", "weight model.safetensors", "weight tiny.gguf", "weight.config vocab.txt",
            ],
            manifest.GetProperty("layers").EnumerateArray().Select(layer =>
                $"{layer.GetProperty("mediaType").GetString()!["application/vnd.cncf.model.".Length..^".v1.raw".Length]} {layer.GetProperty("annotations").GetProperty("org.cncf.model.filepath").GetString()}"));
        Assert.Equal(version.Files.Select(file => ($"sha256:{file.Digest.Hex}", file.Bytes)), manifest.GetProperty("layers").EnumerateArray().Select(layer => (layer.GetProperty("digest").GetString()!, layer.GetProperty("size").GetInt64())));
        var configuration = Json(Image(version).Configuration);
        Assert.Equal(version.Files.Select(file => $"sha256:{file.Digest.Hex}"), configuration.GetProperty("modelfs").GetProperty("diffIds").EnumerateArray().Select(id => id.GetString()!));
        var descriptor = configuration.GetProperty("descriptor");
        Assert.Equal(
            ("lab/Tiny", "1", "2026-03-01T12:00:00Z", version.Claim.Manifest.Hex, "CC0-1.0"),
            (Text("name"), Text("version"), Text("createdAt"), Text("revision"), descriptor.GetProperty("licenses")[0].GetString()));

        string? Text(string name) => descriptor.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Digest_that_somebody_wrote_down_stays_right()
    {
        await using var bench = await HighBench.OpenAsync();
        var import = await bench.CarryAsync(Shipment.Of(bench, p => p with { Files = [("README.md", "# Sums\n"), ("data/größe.jsonl", "{}\n")] }));
        var digest = Image(await OpenAsync(bench, import)).Manifest.Digest;
        Assert.Equal("", digest.Hex);
        await bench.RestartAsync();
        bench.Time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(digest, Image(await OpenAsync(bench, import)).Manifest.Digest);
    }

    [Fact]
    public async Task Artifact_whose_manifest_no_client_would_read_is_refused_with_a_way_out()
    {
        await using var bench = await HighBench.OpenAsync();
        var directory = string.Join('/', Enumerable.Repeat(new string('d', 250), 3));
        var import = await bench.CarryAsync(Shipment.Of(bench, p => p with { Files = [.. Enumerable.Range(0, 2_400).Select(i => ($"{directory}/{i}.json", "{}"))] }));
        Assert.Null(import.Refusal);
        var refusal = OciImage.Of(await OpenAsync(bench, import)).Refusal;
        Assert.Equal(RefusalCode.TooManyFiles, refusal?.Code);
        Assert.Contains("below published/", refusal!.Sentence, StringComparison.Ordinal);
    }

    private static OciImage Image(PublishedVersion version) => OciImage.Of(version).Succeeded(out var image, out var refusal) ? image : throw new InvalidOperationException(refusal.ToString());

    private static JsonElement Json(OciContent content) => JsonDocument.Parse(content.Bytes).RootElement;

    private static async Task<PublishedVersion> OpenAsync(HighBench bench, ImportRecord import) =>
        (await new Library(bench.Catalog, bench.Published, bench.Manifests).FindVersionAsync(import.Claim!.Artifact.Kind, import.Claim.Artifact.FullName, import.Claim.Artifact.Version, Cancellation)).Succeeded(out var version, out var refusal)
            ? version
            : throw new InvalidOperationException(refusal.ToString());
}
