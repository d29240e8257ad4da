using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import.Web;
using Gateway.Protocol.High.V1;
using Xunit;

namespace Gateway.Tests.High.Import.HuggingFace;

/// <summary>The hub's protocol, request by request, on versions that passed all checks.</summary>
public sealed class HuggingFaceTests : IAsyncLifetime
{
    private const string Train = "{\"a\":1}\n";

    private ReaderBench bench = null!;
    private HttpClient hub = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);
        hub = bench.Client((await bench.MakeKeyAsync("lab/*")).Token);
    }

    public async ValueTask DisposeAsync()
    {
        hub.Dispose();
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task File_is_answered_with_its_digest_commit_and_length_and_head_reads_no_byte()
    {
        var first = await PublishAsync("1", 1);
        var commit = first[..40];
        foreach (var revision in new[] { "main", "HEAD", "1", "refs%2Ftags%2F1", "refs%2Fheads%2Fmain", commit })
        {
            foreach (var method in new[] { HttpMethod.Head, HttpMethod.Get })
            {
                using var answer = await SendAsync(method, $"/datasets/lab/sums/resolve/{revision}/data/train.jsonl");
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal(commit, Header(answer, "X-Repo-Commit"));
                Assert.Equal($"\"{Digest.Of("{\"a\":1}\n"u8).Hex}\"", Header(answer, "ETag"));
                Assert.Equal("bytes", Header(answer, "Accept-Ranges"));
                Assert.Equal(Train.Length, answer.Content.Headers.ContentLength);
                Assert.Equal(method == HttpMethod.Head ? "" : Train, await answer.Content.ReadAsStringAsync(Cancellation));
            }
        }

        using var raw = await SendAsync(HttpMethod.Get, "/datasets/lab/sums/raw/main/README.md");
        Assert.Equal("# Sums\n", await raw.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [ClassData<ReaderRanges>]
    public async Task Ranges_are_answered_as_the_rule_is(string range, HttpStatusCode status, string? body, string? contentRange)
    {
        await PublishAsync("1", 1);
        using var answer = await SendAsync(HttpMethod.Get, "/datasets/lab/sums/resolve/main/data/train.jsonl", ("Range", range));
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(contentRange, answer.Content.Headers.ContentRange?.ToString());
        if (body is not null)
        {
            Assert.Equal(body, await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Ten_thousand_ranges_are_refused_or_answered_whole_and_the_service_stays_up()
    {
        await PublishAsync("1", 1);
        var many = "bytes=" + string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"{i % 8}-{i % 8}"));
        using var answer = await SendAsync(HttpMethod.Get, "/datasets/lab/sums/resolve/main/data/train.jsonl", ("Range", many));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.StatusCode);
        using var after = await SendAsync(HttpMethod.Get, "/datasets/lab/sums/resolve/main/data/train.jsonl");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Theory]
    [InlineData("/datasets/lab/sums/resolve/main/none.txt", "EntryNotFound")]
    [InlineData("/datasets/lab/sums/resolve/main/data", "EntryNotFound")]
    [InlineData("/datasets/lab/sums/resolve/main/../../../catalog.db", "EntryNotFound")]
    [InlineData("/datasets/lab/sums/resolve/main/..%2f..%2f..%2f..%2fcatalog.db", "EntryNotFound")]
    [InlineData("/datasets/lab/sums/resolve/main/%2e%2e/%2e%2e/catalog.db", "EntryNotFound")]
    [InlineData("/datasets/lab/sums/resolve/main/.gateway/verdict.json", "EntryNotFound")]
    [InlineData("/datasets/lab/sums/resolve/main/README.md%E2%80%AE", "EntryNotFound")]
    [InlineData("/datasets/lab/sums/resolve/main/data//train.jsonl", "EntryNotFound")]
    [InlineData("/datasets/lab/sums/resolve/main/./README.md", "EntryNotFound")]
    [InlineData("/datasets/lab/sums/resolve/main/readme.md", "EntryNotFound")]
    [InlineData("/datasets/lab/sums/resolve/%2e%2e/README.md", "RevisionNotFound")]
    [InlineData("/datasets/lab/sums/resolve/2/README.md", "RevisionNotFound")]
    [InlineData("/datasets/lab/sums/resolve/0000000000000000000000000000000000000000/README.md", "RevisionNotFound")]
    [InlineData("/lab/sums/resolve/main/README.md", "RepoNotFound")]
    [InlineData("/spaces/lab/sums/resolve/main/README.md", "RepoNotFound")]
    [InlineData("/datasets/lab/none/resolve/main/README.md", "RepoNotFound")]
    [InlineData("/datasets/Lab/sums/resolve/main/README.md", "RepoNotFound")]
    [InlineData("/api/datasets/lab/sums/tree/main/none", "EntryNotFound")]
    [InlineData("/api/datasets/lab/sums/tree/main/README.md", "EntryNotFound")]
    [InlineData("/api/datasets/lab/sums/revision/none", "RevisionNotFound")]
    [InlineData("/api/datasets/lab/none", "RepoNotFound")]
    public async Task What_is_not_there_is_told_by_its_kind(string path, string code)
    {
        await PublishAsync("1", 1);
        using var answer = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(code, Header(answer, "X-Error-Code"));
        Assert.NotEmpty(Header(answer, "X-Error-Message")!);
    }

    [Fact]
    public async Task Missing_file_names_the_commit_that_does_not_have_it()
    {
        var digest = await PublishAsync("1", 1);
        using var answer = await SendAsync(HttpMethod.Head, "/datasets/lab/sums/resolve/main/sums.py");
        Assert.Equal((HttpStatusCode.NotFound, digest[..40]), (answer.StatusCode, Header(answer, "X-Repo-Commit")));
    }

    [Fact]
    public async Task Key_opens_what_it_is_for_until_it_is_taken_back()
    {
        await PublishAsync("1", 1);
        const string Path = "/datasets/lab/sums/resolve/main/README.md";
        var key = await bench.MakeKeyAsync("lab/sums");
        var other = await bench.MakeKeyAsync("other/*", "lab/sum");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Path, key.Token));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(Path, other.Token));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/datasets/lab/none/resolve/main/README.md", other.Token));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Path, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Path, other.Token[..^1] + (other.Token[^1] == '0' ? '1' : '0')));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Path, key.Token[..23] + other.Token[23..]));
        using var channel = bench.Connect("cara");
        await new AccessService.AccessServiceClient(channel).RevokeAccessKeyAsync(new() { Name = key.AccessKey.Name }, cancellationToken: Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Path, key.Token));
        bench.High.Time.Advance(TimeSpan.FromDays(91));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Path, other.Token));
    }

    [Fact]
    public async Task Tree_lists_files_and_directories_once()
    {
        await PublishAsync("1", 1);
        Assert.Equal(["file README.md", "directory data"], await TreeAsync("main"));
        Assert.Equal(["file README.md", "directory data", "file data/test.jsonl", "file data/train.jsonl"], await TreeAsync("main?recursive=true&expand=false"));
        Assert.Equal(["file data/test.jsonl", "file data/train.jsonl"], await TreeAsync("main/data?recursive=True"));
    }

    [Fact]
    public async Task Paths_are_described_for_a_form_and_for_json()
    {
        var digest = await PublishAsync("1", 1);
        var form = new FormUrlEncodedContent([new("paths", "README.md"), new("paths", "data"), new("paths", "none"), new("expand", "false")]);
        var json = JsonContent.Create(new { paths = new[] { "README.md", "data", "none" }, expand = true });
        foreach (var content in new HttpContent[] { form, json })
        {
            using var answer = await hub.PostAsync("/api/datasets/lab/sums/paths-info/main", content, Cancellation);
            var entries = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).EnumerateArray().ToArray();
            Assert.Equal(["README.md", "data"], entries.Select(entry => entry.GetProperty("path").GetString()));
            Assert.Equal(content == json ? digest[..40] : null, entries[0].TryGetProperty("lastCommit", out var commit) ? commit.GetProperty("id").GetString() : null);
        }

        using var wrong = await hub.PostAsync("/api/datasets/lab/sums/paths-info/main", new StringContent("{", null, "application/json"), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task Versions_are_tags_and_commits_and_main_is_the_current_one()
    {
        var first = await PublishAsync("1", 1);
        var second = await PublishAsync("2", 2);
        var refs = await JsonAsync("/api/datasets/lab/sums/refs");
        Assert.Equal(second[..40], refs.GetProperty("branches")[0].GetProperty("targetCommit").GetString());
        Assert.Equal(["2", "1"], refs.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()));
        var commits = await JsonAsync("/api/datasets/lab/sums/commits/main?limit=100");
        Assert.Equal([second[..40], first[..40]], commits.EnumerateArray().Select(commit => commit.GetProperty("id").GetString()));
        Assert.Single((await JsonAsync("/api/datasets/lab/sums/commits/1")).EnumerateArray());
        var info = await JsonAsync("/api/datasets/lab/sums/revision/1?blobs=true&expand=whatever");
        Assert.Equal(("lab/sums", first[..40], 3), (info.GetProperty("id").GetString(), info.GetProperty("sha").GetString(), info.GetProperty("siblings").GetArrayLength()));
    }

    [Fact]
    public async Task List_is_paged_by_links_and_shows_what_the_key_is_for()
    {
        await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Name = "lab/a" }));
        await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Name = "lab/b" }));
        await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Name = "other/c" }));
        var ids = new List<string?>();
        for (var next = "/api/datasets?limit=1"; next is not null;)
        {
            using var answer = await SendAsync(HttpMethod.Get, next);
            ids.AddRange((await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).EnumerateArray().Select(entry => entry.GetProperty("id").GetString()));
            next = Header(answer, "Link")?.Split('<', '>')[1];
        }

        Assert.Equal(["lab/a", "lab/b"], ids);
        Assert.Empty((await JsonAsync("/api/models")).EnumerateArray());
    }

    [Theory]
    [InlineData("POST", "/datasets/lab/sums/resolve/main/README.md")]
    [InlineData("PUT", "/api/datasets/lab/sums")]
    [InlineData("DELETE", "/api/datasets/lab/sums")]
    public async Task Nothing_is_written(string method, string path)
    {
        using var answer = await SendAsync(new HttpMethod(method), path);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [Fact]
    public async Task Calls_of_the_service_are_not_answered_there_and_unknown_paths_are_told_at_once()
    {
        foreach (var path in new[] { "/gateway.high.v1.ImportService/ListImports", "/grpc.health.v1.Health/Check", "/api/agent-harnesses", "/info?dataset=lab/sums", "/", "/%zz/a/resolve/main/b", "/lab/sums/resolve/main/%ff" })
        {
            using var answer = await SendAsync(HttpMethod.Get, path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    private async Task<string> PublishAsync(string version, long sequence)
    {
        var import = await bench.High.CarryAsync(Shipment.Of(
            bench.High, p => p with { Version = version, Sequence = sequence, Files = [("README.md", "# Sums\n"), ("data/test.jsonl", "{}\n"), ("data/train.jsonl", Train), .. version == "1" ? [] : new[] { ("z.txt", version) }] }));
        return import.Claim!.Manifest.Hex;
    }

    private async Task<IEnumerable<string>> TreeAsync(string rest) =>
        (await JsonAsync($"/api/datasets/lab/sums/tree/{rest}")).EnumerateArray().Select(entry => $"{entry.GetProperty("type").GetString()} {entry.GetProperty("path").GetString()}");

    private async Task<JsonElement> JsonAsync(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string? token)
    {
        using var client = bench.Client(token);
        using var answer = await client.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        // As written: a URI would take dots and escapes back before they are sent.
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(method, path.StartsWith("https", StringComparison.Ordinal) ? new Uri(path) : new Uri(bench.Address + path, options));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await hub.SendAsync(request, Cancellation);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
