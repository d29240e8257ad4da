using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High.Import.Oci;

/// <summary>The registry protocol, request by request, on versions that passed all checks.</summary>
public sealed class OciTests : IAsyncLifetime
{
    private const string Sums = OciBench.Sums;
    private const string Other = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    private OciBench bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bench = await OciBench.StartAsync();

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task Key_is_a_password_or_a_token_until_it_is_taken_back()
    {
        await bench.PublishAsync("1", 1);
        const string Path = $"{Sums}/manifests/1";
        var key = await bench.Readers.MakeKeyAsync("lab/sums");
        var id = key.AccessKey.Name["accessKeys/".Length..];
        var other = await bench.Readers.MakeKeyAsync("other/*", "lab/sum");
        foreach (var valid in new[] { Basic("anybody", key.Token), Basic("", key.Token), Basic(id, key.Secret), new("Bearer", key.Token) })
        {
            Assert.Equal((HttpStatusCode.OK, ""), await bench.CodeAsync("/v2/", valid));
            Assert.Equal((HttpStatusCode.OK, ""), await bench.CodeAsync(Path, valid));
        }

        foreach (var wrong in new[]
        {
            Basic("anybody", key.Secret), Basic(id, other.Secret), Basic(id, ""), Basic(key.Token, ""), Basic("anybody", key.Token + ":"), Basic("ü", "ü"),
            new("Basic", "%%%"), new("Basic", ""), new("Bearer", key.Secret), new("Negotiate", key.Token),
        })
        {
            Assert.Equal((HttpStatusCode.Unauthorized, "UNAUTHORIZED"), await bench.CodeAsync("/v2/", wrong));
            Assert.Equal((HttpStatusCode.Unauthorized, "UNAUTHORIZED"), await bench.CodeAsync(Path, wrong));
        }

        Assert.Equal((HttpStatusCode.Forbidden, "DENIED"), await bench.CodeAsync(Path, Basic("anybody", other.Token)));
        Assert.Equal((HttpStatusCode.Forbidden, "DENIED"), await bench.CodeAsync("/v2/datasets/lab/none/tags/list", Basic("anybody", other.Token)));
        using var channel = bench.Readers.Connect("cara");
        await new AccessService.AccessServiceClient(channel).RevokeAccessKeyAsync(new() { Name = key.AccessKey.Name }, cancellationToken: Cancellation);
        Assert.Equal((HttpStatusCode.Unauthorized, "UNAUTHORIZED"), await bench.CodeAsync(Path, Basic("anybody", key.Token)));
    }

    [Fact]
    public async Task Who_brings_nothing_is_told_what_to_bring()
    {
        using var client = bench.Readers.Client(null);
        using var answer = await client.GetAsync("/v2/", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.StartsWith("Basic realm=", OciBench.Header(answer, "WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal("registry/2.0", OciBench.Header(answer, "Docker-Distribution-API-Version"));
        Assert.Equal("UNAUTHORIZED", await OciBench.CodeOfAsync(answer));
    }

    [Fact]
    public async Task Head_has_the_headers_of_get_and_no_byte()
    {
        await bench.PublishAsync("1", 1);
        var manifest = await bench.JsonAsync($"{Sums}/manifests/1");
        var config = manifest.GetProperty("config").GetProperty("digest").GetString();
        foreach (var path in new[]
        {
            "/v2/", $"{Sums}/manifests/1", $"{Sums}/manifests/latest", $"{Sums}/manifests/2", $"{Sums}/blobs/{config}", $"{Sums}/blobs/{OciBench.DigestOf(OciBench.Train)}",
            $"{Sums}/blobs/{OciBench.DigestOf("{}")}", $"{Sums}/blobs/{Other}", $"{Sums}/referrers/{Other}",
        })
        {
            using var get = await bench.GetAsync(path);
            using var head = await bench.SendAsync(HttpMethod.Head, path);
            Assert.Equal(get.StatusCode, head.StatusCode);
            Assert.Equal(Headers(get), Headers(head));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
            var body = await get.Content.ReadAsByteArrayAsync(Cancellation);
            Assert.Equal(body.Length, get.Content.Headers.ContentLength);
            Assert.Equal(get.IsSuccessStatusCode ? $"sha256:{Digest.Of(body).Hex}" : null, OciBench.Header(get, "Docker-Content-Digest"));
        }

        static IEnumerable<string> Headers(HttpResponseMessage answer) =>
            answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Date").Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("bytes=0-0", HttpStatusCode.PartialContent, "{", "bytes 0-0/8")]
    [InlineData("bytes=3-", HttpStatusCode.PartialContent, "\":1}\n", "bytes 3-7/8")]
    [InlineData("bytes=-2", HttpStatusCode.PartialContent, "}\n", "bytes 6-7/8")]
    [InlineData("bytes=8-", HttpStatusCode.RequestedRangeNotSatisfiable, null, "bytes */8")]
    [InlineData("bytes=0-1,3-4", HttpStatusCode.OK, OciBench.Train, null)]
    public async Task Pulls_of_blobs_are_resumed_by_ranges(string range, HttpStatusCode status, string? body, string? contentRange)
    {
        await bench.PublishAsync("1", 1);
        using var answer = await bench.GetAsync($"{Sums}/blobs/{OciBench.DigestOf(OciBench.Train)}", ("Range", range));
        Assert.Equal((status, contentRange), (answer.StatusCode, answer.Content.Headers.ContentRange?.ToString()));
        if (body is not null)
        {
            Assert.Equal(body, await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Theory]
    [InlineData("/v2/datasets/lab/none/manifests/1", HttpStatusCode.NotFound, "NAME_UNKNOWN")]
    [InlineData("/v2/datasets/lab/none/tags/list", HttpStatusCode.NotFound, "NAME_UNKNOWN")]
    [InlineData("/v2/models/lab/sums/manifests/1", HttpStatusCode.NotFound, "NAME_UNKNOWN")]
    [InlineData("/v2/lab/sums/manifests/1", HttpStatusCode.NotFound, "NAME_UNKNOWN")]
    [InlineData("/v2/datasets/lab/sums/more/manifests/1", HttpStatusCode.NotFound, "NAME_UNKNOWN")]
    [InlineData("/v2/datasets/other/none/manifests/1", HttpStatusCode.Forbidden, "DENIED")]
    [InlineData("/v2/datasets/Lab/sums/manifests/1", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2/Datasets/lab/sums/blobs/" + Other, HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2/datasets/lab/../../models/manifests/1", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2/datasets/lab/%2e%2e/manifests/1", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2/datasets/lab%2fsums/manifests/1", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2/datasets/lab/..%2f..%2fcatalog.db/manifests/1", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2/datasets//sums/tags/list", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2/datasets/lab/sums%0a/tags/list", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2/datasets/lab/s%c3%bcms/referrers/" + Other, HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData("/v2/datasets/lab/%zz/manifests/1", HttpStatusCode.BadRequest, "NAME_INVALID")]
    [InlineData(Sums + "/manifests/2", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Sums + "/manifests/main", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Sums + "/manifests/current", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Sums + "/manifests/v1", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Sums + "/manifests/.gateway", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Sums + "/manifests/%2e%2e", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Sums + "/manifests/1%2f..%2f1", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Sums + "/manifests/" + Other, HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Sums + "/manifests/sha512:00000000000000000000000000000000000000000000", HttpStatusCode.NotFound, "MANIFEST_UNKNOWN")]
    [InlineData(Sums + "/manifests/sha256:00", HttpStatusCode.BadRequest, "DIGEST_INVALID")]
    [InlineData(Sums + "/manifests/sha256:../../../../catalog.db", HttpStatusCode.NotFound, "UNSUPPORTED")]
    [InlineData(Sums + "/blobs/" + Other, HttpStatusCode.NotFound, "BLOB_UNKNOWN")]
    [InlineData(Sums + "/blobs/sha512:00000000000000000000000000000000000000000000", HttpStatusCode.NotFound, "BLOB_UNKNOWN")]
    [InlineData(Sums + "/blobs/latest", HttpStatusCode.BadRequest, "DIGEST_INVALID")]
    [InlineData(Sums + "/blobs/..%2f..%2fcatalog.db", HttpStatusCode.BadRequest, "DIGEST_INVALID")]
    [InlineData(Sums + "/blobs/sha256:..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fcatalog.db", HttpStatusCode.BadRequest, "DIGEST_INVALID")]
    [InlineData(Sums + "/blobs/sha256%3A%2e%2e", HttpStatusCode.BadRequest, "DIGEST_INVALID")]
    [InlineData(Sums + "/blobs/SHA256:0000000000000000000000000000000000000000000000000000000000000000", HttpStatusCode.BadRequest, "DIGEST_INVALID")]
    [InlineData(Sums + "/referrers/1", HttpStatusCode.BadRequest, "DIGEST_INVALID")]
    [InlineData(Sums + "/blobs/uploads/1", HttpStatusCode.NotFound, "UNSUPPORTED")]
    [InlineData(Sums, HttpStatusCode.NotFound, "UNSUPPORTED")]
    [InlineData("/v1/search", HttpStatusCode.NotFound, "UNSUPPORTED")]
    [InlineData("/gateway.high.v1.ImportService/ListImports", HttpStatusCode.NotFound, "UNSUPPORTED")]
    public async Task What_is_not_there_or_no_name_is_told_by_its_code(string path, HttpStatusCode status, string code)
    {
        await bench.PublishAsync("1", 1);
        Assert.Equal((status, code), await bench.CodeAsync(path));
    }

    [Fact]
    public async Task Zero_byte_in_a_name_is_refused_before_anything_reads_it()
    {
        await bench.PublishAsync("1", 1);
        using var answer = await bench.GetAsync($"{Sums}%00/tags/list");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("POST", Sums + "/blobs/uploads/")]
    [InlineData("PATCH", Sums + "/blobs/uploads/1")]
    [InlineData("PUT", Sums + "/manifests/2")]
    [InlineData("DELETE", Sums + "/manifests/1")]
    [InlineData("DELETE", Sums + "/blobs/" + Other)]
    public async Task Nothing_is_written(string method, string path)
    {
        await bench.PublishAsync("1", 1);
        using var answer = await bench.SendAsync(new HttpMethod(method), path);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "UNSUPPORTED"), (answer.StatusCode, await OciBench.CodeOfAsync(answer)));
        Assert.Equal((HttpStatusCode.OK, ""), await bench.CodeAsync($"{Sums}/manifests/1"));
    }

    [Fact]
    public async Task Blob_is_found_in_any_version_of_its_repository_and_in_no_other()
    {
        var digest = OciBench.DigestOf("2");
        await bench.PublishAsync("1", 1);
        await bench.PublishAsync("2", 2);
        await bench.PublishAsync("3", 3);
        await bench.PublishAsync("1", 1, "lab/rows");

        // As after a restart, when no manifest was pulled before.
        using var old = await bench.GetAsync($"{Sums}/blobs/{digest}");
        Assert.Equal("2", await old.Content.ReadAsStringAsync(Cancellation));
        var config = (await bench.JsonAsync($"{Sums}/manifests/2")).GetProperty("config").GetProperty("digest").GetString();
        foreach (var only in new[] { digest, config })
        {
            Assert.Equal((HttpStatusCode.OK, ""), await bench.CodeAsync($"{Sums}/blobs/{only}"));
            Assert.Equal((HttpStatusCode.NotFound, "BLOB_UNKNOWN"), await bench.CodeAsync($"/v2/datasets/lab/rows/blobs/{only}"));
            Assert.Equal((HttpStatusCode.NotFound, "MANIFEST_UNKNOWN"), await bench.CodeAsync($"{Sums}/manifests/{only}"));
        }
    }

    [Fact]
    public async Task Manifest_is_pulled_by_tag_digest_and_latest_and_old_digests_stay()
    {
        await bench.PublishAsync("1", 1);
        using var first = await bench.GetAsync($"{Sums}/manifests/latest");
        await bench.PublishAsync("2", 2);
        using var second = await bench.GetAsync($"{Sums}/manifests/latest");
        Assert.NotEqual(OciBench.Header(first, "Docker-Content-Digest"), OciBench.Header(second, "Docker-Content-Digest"));
        foreach (var (reference, expected) in new[] { ("1", first), (OciBench.Header(first, "Docker-Content-Digest"), first), ("2", second), (OciBench.Header(second, "Docker-Content-Digest"), second) })
        {
            using var answer = await bench.GetAsync($"{Sums}/manifests/{reference!.Replace(":", "%3A", StringComparison.Ordinal)}");
            Assert.Equal("application/vnd.oci.image.manifest.v1+json", answer.Content.Headers.ContentType?.ToString());
            Assert.Equal(await expected.Content.ReadAsStringAsync(Cancellation), await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Documents_refer_to_the_manifest_and_are_those_that_people_signed()
    {
        var import = await bench.PublishAsync("1", 1);
        using var manifest = await bench.GetAsync($"{Sums}/manifests/1");
        var subject = OciBench.Header(manifest, "Docker-Content-Digest");
        using var list = await bench.GetAsync($"{Sums}/referrers/{subject}");
        Assert.Equal("application/vnd.oci.image.index.v1+json", list.Content.Headers.ContentType?.ToString());
        var index = JsonDocument.Parse(await list.Content.ReadAsStringAsync(Cancellation)).RootElement;
        var referrer = Assert.Single(index.GetProperty("manifests").EnumerateArray());
        Assert.Equal("application/vnd.in-toto+json", referrer.GetProperty("artifactType").GetString());
        var attestation = await bench.JsonAsync($"{Sums}/manifests/{referrer.GetProperty("digest").GetString()}");
        Assert.Equal(subject, attestation.GetProperty("subject").GetProperty("digest").GetString());
        Assert.Equal("application/vnd.oci.empty.v1+json", attestation.GetProperty("config").GetProperty("mediaType").GetString());
        var directory = Path.Combine(bench.Readers.High.Root, import.Path!, PublishedFiles.Directory);
        foreach (var layer in attestation.GetProperty("layers").EnumerateArray())
        {
            var name = layer.GetProperty("annotations").GetProperty("org.opencontainers.image.title").GetString()!;
            using var blob = await bench.GetAsync($"{Sums}/blobs/{layer.GetProperty("digest").GetString()}");
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(directory, name), Cancellation), await blob.Content.ReadAsByteArrayAsync(Cancellation));
        }

        using var filtered = await bench.GetAsync($"{Sums}/referrers/{subject}?artifactType=application/spdx%2Bjson");
        Assert.Equal("artifactType", OciBench.Header(filtered, "OCI-Filters-Applied"));
        Assert.Empty(JsonDocument.Parse(await filtered.Content.ReadAsStringAsync(Cancellation)).RootElement.GetProperty("manifests").EnumerateArray());
        Assert.Single((await bench.JsonAsync($"{Sums}/referrers/{subject}?artifactType=application/vnd.in-toto%2Bjson")).GetProperty("manifests").EnumerateArray());
        Assert.Empty((await bench.JsonAsync($"{Sums}/referrers/{Other}")).GetProperty("manifests").EnumerateArray());
    }

    [Fact]
    public async Task Version_that_is_taken_away_is_denied_with_a_reason()
    {
        var import = await bench.PublishAsync("1", 1);
        using var manifest = await bench.GetAsync($"{Sums}/manifests/1");
        var digest = OciBench.Header(manifest, "Docker-Content-Digest");
        await bench.Readers.High.Catalog.WriteAsync(
            transaction => transaction.Execute("UPDATE imports SET state = @state WHERE id = @id", new { state = (int)ImportState.Revoked, id = import.Id }), Cancellation);
        foreach (var reference in new[] { "1", "latest", digest })
        {
            Assert.Equal((HttpStatusCode.Forbidden, "DENIED"), await bench.CodeAsync($"{Sums}/manifests/{reference}"));
        }

        Assert.Equal((HttpStatusCode.NotFound, "BLOB_UNKNOWN"), await bench.CodeAsync($"{Sums}/blobs/{OciBench.DigestOf(OciBench.Train)}"));
        Assert.Empty((await bench.JsonAsync($"{Sums}/tags/list")).GetProperty("tags").EnumerateArray());
        Assert.Empty((await bench.JsonAsync("/v2/_catalog")).GetProperty("repositories").EnumerateArray());
    }

    private static AuthenticationHeaderValue Basic(string name, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));
}
