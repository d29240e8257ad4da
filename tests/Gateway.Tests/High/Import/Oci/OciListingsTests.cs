using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.Core.Manifests;
using Xunit;

namespace Gateway.Tests.High.Import.Oci;

/// <summary>Tags and repositories, page by page.</summary>
public sealed class OciListingsTests : IAsyncLifetime
{
    private OciBench bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bench = await OciBench.StartAsync();

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task Tags_are_the_versions_without_regard_to_case_and_latest()
    {
        foreach (var (version, sequence) in new[] { ("b2", 1), ("B1", 2), ("a", 3), ("Z", 4) })
        {
            await bench.PublishAsync(version, sequence);
        }

        Assert.Equal(["a", "B1", "b2", "latest", "Z"], await ReadAsync($"{OciBench.Sums}/tags/list", "tags"));
        Assert.Equal(["a", "B1", "b2", "latest", "Z"], await ReadAsync($"{OciBench.Sums}/tags/list?n=2", "tags"));
        Assert.Equal(["latest", "Z"], await ReadAsync($"{OciBench.Sums}/tags/list?last=b2", "tags"));
        Assert.Empty(await ReadAsync($"{OciBench.Sums}/tags/list?n=0", "tags"));
        Assert.Empty(await ReadAsync($"{OciBench.Sums}/tags/list?last=z", "tags"));
        Assert.Equal(5, (await ReadAsync($"{OciBench.Sums}/tags/list?n=-1", "tags")).Count);
    }

    [Fact]
    public async Task Version_that_is_called_latest_stands_back_for_the_current_one()
    {
        await bench.PublishAsync("latest", 1);
        await bench.PublishAsync("2", 2);
        Assert.Equal(["2", "latest"], await ReadAsync($"{OciBench.Sums}/tags/list", "tags"));
        using var latest = await bench.GetAsync($"{OciBench.Sums}/manifests/latest");
        using var current = await bench.GetAsync($"{OciBench.Sums}/manifests/2");
        Assert.Equal(OciBench.Header(current, "Docker-Content-Digest"), OciBench.Header(latest, "Docker-Content-Digest"));
    }

    [Fact]
    public async Task Catalog_lists_what_the_key_is_for_by_the_names_that_registries_have()
    {
        await bench.PublishAsync("1", 1, "Lab/Sums");
        await bench.PublishAsync("1", 1, "lab/rows");
        await bench.PublishAsync("1", 1, "other/rows");

        // No registry has a name for this one.
        await bench.PublishAsync("1", 1, "lab/dash-");
        await bench.CarryAsync(p => p with { Kind = ArtifactKind.Checkpoint, Name = "lab/Tiny-7B", Files = [("README.md", "# Tiny\n")], Binaries = [("w.safetensors", ModelPackTests.Weights)] });
        Assert.Equal(["datasets/lab/rows", "datasets/lab/sums", "models/lab/tiny-7b"], await ReadAsync("/v2/_catalog", "repositories"));
        Assert.Equal(["datasets/lab/rows", "datasets/lab/sums", "models/lab/tiny-7b"], await ReadAsync("/v2/_catalog?n=1", "repositories"));
        Assert.Equal(["models/lab/tiny-7b"], await ReadAsync("/v2/_catalog?last=e", "repositories"));
        Assert.Empty(await ReadAsync("/v2/_catalog?last=n", "repositories"));
        Assert.Equal((HttpStatusCode.OK, ""), await bench.CodeAsync("/v2/models/lab/tiny-7b/manifests/1"));
        Assert.Equal((HttpStatusCode.BadRequest, "NAME_INVALID"), await bench.CodeAsync("/v2/datasets/lab/dash-/manifests/1"));
    }

    /// <summary>The whole list, along the links.</summary>
    private async Task<List<string?>> ReadAsync(string path, string member)
    {
        var entries = new List<string?>();
        for (var next = path; next is not null;)
        {
            using var answer = await bench.GetAsync(next);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            entries.AddRange((await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty(member).EnumerateArray().Select(entry => entry.GetString()));
            next = OciBench.Header(answer, "Link")?.Split('<', '>')[1];
        }

        return entries;
    }
}
