using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Gateway.Core;
using Gateway.Protocol.High.V1;
using Xunit;

namespace Gateway.Tests.High.Import.S3;

/// <summary>The protocol of S3, request by request, on versions that passed all checks.</summary>
public sealed class S3Tests(S3Site site) : IClassFixture<S3Site>
{
    private const string Train = S3Site.Train;
    private const string Key = S3Site.Key;

    private readonly ReaderBench bench = site.Bench;
    private readonly S3Sender sender = site.Sender;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Object_is_answered_with_length_tag_time_and_where_asked_for_its_checksum()
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(Train));
        foreach (var key in new[] { Key, "/datasets/lab/sums/current/data/train.jsonl", "/datasets/lab%2Fsums/1/data/%74rain.jsonl" })
        {
            foreach (var method in new[] { HttpMethod.Head, HttpMethod.Get })
            {
                using var answer = await sender.SendAsync(method, key, ("x-amz-checksum-mode", "ENABLED"));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal($"\"{Digest.FromHash(digest).Hex}-1\"", Header(answer, "ETag"));
                Assert.Equal((Convert.ToBase64String(digest), "FULL_OBJECT"), (Header(answer, "x-amz-checksum-sha256"), Header(answer, "x-amz-checksum-type")));
                Assert.Equal((Train.Length, bench.High.Time.GetUtcNow().ToUnixTimeSeconds()), (answer.Content.Headers.ContentLength, answer.Content.Headers.LastModified!.Value.ToUnixTimeSeconds()));
                Assert.Equal(method == HttpMethod.Head ? "" : Train, await answer.Content.ReadAsStringAsync(Cancellation));
            }
        }

        using var plain = await sender.SendAsync(HttpMethod.Get, Key);
        Assert.Null(Header(plain, "x-amz-checksum-sha256"));
        using var range = await sender.SendAsync(HttpMethod.Get, Key, ("x-amz-checksum-mode", "ENABLED"), ("Range", "bytes=0-1"));
        Assert.Null(Header(range, "x-amz-checksum-sha256"));
        using var part = await sender.SendAsync(HttpMethod.Get, Key + "?partNumber=1");
        Assert.Equal((HttpStatusCode.PartialContent, "1", Train), (part.StatusCode, Header(part, "x-amz-mp-parts-count"), await part.Content.ReadAsStringAsync(Cancellation)));
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidPartNumber"), await sender.RefusedAsync(HttpMethod.Get, Key + "?partNumber=2"));
    }

    [Theory]
    [ClassData<ReaderRanges>]
    public async Task Ranges_are_answered_as_the_rule_is(string range, HttpStatusCode status, string? body, string? contentRange)
    {
        using var answer = await sender.SendAsync(HttpMethod.Get, Key, ("Range", range));
        Assert.Equal((status, contentRange), (answer.StatusCode, answer.Content.Headers.ContentRange?.ToString()));
        Assert.Equal(body is null ? "InvalidRange" : "", await S3Sender.CodeAsync(answer));
        if (body is not null)
        {
            Assert.Equal(body, await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Conditions_hold_or_do_not()
    {
        using var head = await sender.SendAsync(HttpMethod.Head, Key);
        var (tag, modified) = (Header(head, "ETag")!, head.Content.Headers.LastModified!.Value);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(("If-Match", tag)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(("If-Match", "*")));
        Assert.Equal((HttpStatusCode.PreconditionFailed, "PreconditionFailed"), await sender.RefusedAsync(HttpMethod.Get, Key, ("If-Match", "\"other\"")));
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(("If-None-Match", tag)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(("If-None-Match", "\"other\"")));
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(("If-Modified-Since", modified.ToString("r"))));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(("If-Modified-Since", modified.AddSeconds(-1).ToString("r"))));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await StatusAsync(("If-Unmodified-Since", modified.AddSeconds(-1).ToString("r"))));
    }

    [Theory]
    [InlineData("/datasets/lab/sums/1/none.txt")]
    [InlineData("/datasets/lab/sums/1/data")]
    [InlineData("/datasets/lab/sums/1/data/")]
    [InlineData("/datasets/lab/sums/1/data//train.jsonl")]
    [InlineData("/datasets/lab/sums/1/./README.md")]
    [InlineData("/datasets/lab/sums/1/readme.md")]
    [InlineData("/datasets/lab/sums/1/../../../../catalog.db")]
    [InlineData("/datasets/lab/sums/1/..%2f..%2f..%2f..%2fcatalog.db")]
    [InlineData("/datasets/lab/sums/1/%2e%2e/%2e%2e/catalog.db")]
    [InlineData("/datasets/lab/sums/1/..%5c..%5ccatalog.db")]
    [InlineData("/datasets/lab/sums/1/%252e%252e/README.md")]
    [InlineData("/datasets/lab/sums/1//etc/passwd")]
    [InlineData("/datasets/lab/sums/1/.gateway/verdict.json")]
    [InlineData("/datasets/lab/sums/%2e%2e/sums/1/README.md")]
    [InlineData("/datasets/lab/sums/./README.md")]
    [InlineData("/datasets/lab/sums/Current/README.md")]
    [InlineData("/datasets/lab/sums/main/README.md")]
    [InlineData("/datasets/lab/sums/2/README.md")]
    [InlineData("/datasets/lab/none/1/README.md")]
    [InlineData("/datasets/lab/sums/1")]
    [InlineData("/datasets/lab")]
    [InlineData("/checkpoints/lab/sums/1/README.md")]
    public async Task What_is_not_listed_is_no_key(string target)
    {
        Assert.Equal((HttpStatusCode.NotFound, "NoSuchKey"), await sender.RefusedAsync(HttpMethod.Get, target));
        Assert.Equal((HttpStatusCode.NotFound, ""), await sender.RefusedAsync(HttpMethod.Head, target));
    }

    [Theory]
    [InlineData("/datasets/../datasets/lab/sums/1/README.md", HttpStatusCode.Forbidden, "AccessDenied")]
    [InlineData("//datasets/lab/sums/1/README.md", HttpStatusCode.NotFound, "NoSuchBucket")]
    [InlineData("/models/lab/sums/1/README.md", HttpStatusCode.NotFound, "NoSuchBucket")]
    [InlineData("/%2e%2e/datasets", HttpStatusCode.NotFound, "NoSuchBucket")]
    [InlineData("/datasets/lab/sums/1/%ff", HttpStatusCode.BadRequest, "InvalidURI")]
    [InlineData("/datasets/lab/sums/1/%zz", HttpStatusCode.BadRequest, "InvalidURI")]
    [InlineData("/datasets?prefix=%c3", HttpStatusCode.BadRequest, "InvalidURI")]
    [InlineData("/datasets/other/sums/1/README.md", HttpStatusCode.Forbidden, "AccessDenied")]
    [InlineData("/datasets?prefix=other/sums/", HttpStatusCode.Forbidden, "AccessDenied")]
    [InlineData("/datasets?list-type=3", HttpStatusCode.BadRequest, "InvalidArgument")]
    [InlineData("/datasets?max-keys=-1", HttpStatusCode.BadRequest, "InvalidArgument")]
    [InlineData("/datasets?max-keys=99999999999", HttpStatusCode.BadRequest, "InvalidArgument")]
    [InlineData("/datasets?encoding-type=xml", HttpStatusCode.BadRequest, "InvalidArgument")]
    [InlineData("/datasets?list-type=2&continuation-token=*", HttpStatusCode.BadRequest, "InvalidArgument")]
    [InlineData("/datasets?prefix=%00", HttpStatusCode.BadRequest, "InvalidArgument")]
    [InlineData("/datasets?delimiter=%1b", HttpStatusCode.BadRequest, "InvalidArgument")]
    [InlineData("/datasets?acl", HttpStatusCode.NotImplemented, "NotImplemented")]
    [InlineData("/datasets?versions", HttpStatusCode.NotImplemented, "NotImplemented")]
    [InlineData("/datasets?uploads", HttpStatusCode.NotImplemented, "NotImplemented")]
    [InlineData("/datasets?policy", HttpStatusCode.NotFound, "NoSuchBucketPolicy")]
    [InlineData(Key + "?acl", HttpStatusCode.NotImplemented, "NotImplemented")]
    [InlineData(Key + "?response-content-type=text/html", HttpStatusCode.NotImplemented, "NotImplemented")]
    [InlineData(Key + "?versionId=1", HttpStatusCode.NotFound, "NoSuchVersion")]
    public async Task Other_requests_are_refused_by_name(string target, HttpStatusCode status, string code) =>
        Assert.Equal((status, code), await sender.RefusedAsync(HttpMethod.Get, target));

    [Theory]
    [InlineData("PUT", Key)]
    [InlineData("PUT", "/datasets")]
    [InlineData("POST", "/datasets?delete")]
    [InlineData("POST", Key + "?uploads")]
    [InlineData("DELETE", Key)]
    [InlineData("DELETE", "/datasets")]
    [InlineData("PATCH", Key)]
    [InlineData("OPTIONS", Key)]
    public async Task Nothing_is_written(string method, string target)
    {
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "MethodNotAllowed"), await sender.RefusedAsync(new HttpMethod(method), target));
        using var after = await sender.SendAsync(HttpMethod.Get, Key);
        Assert.Equal(Train, await after.Content.ReadAsStringAsync(Cancellation));
    }

    /// <summary>As clients do that send <c>Expect: 100-continue</c>: the body of a refused write never comes.</summary>
    [Fact]
    public async Task Request_after_a_refused_write_is_not_taken_for_its_body()
    {
        var address = new Uri(bench.Address);
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, Cancellation);
        await using var tls = new SslStream(connection.GetStream(), false, (_, presented, _, _) => presented is not null);
        await tls.AuthenticateAsClientAsync(address.Host);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"PUT {Key} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"), Cancellation);
        using var reader = new StreamReader(tls);
        Assert.Equal("HTTP/1.1 405 Method Not Allowed", await reader.ReadLineAsync(Cancellation));
        var headers = new List<string>();
        while (await reader.ReadLineAsync(Cancellation) is { Length: > 0 } line)
        {
            headers.Add(line);
        }

        Assert.Contains("Connection: close", headers);
    }

    [Fact]
    public async Task Buckets_and_what_clients_ask_of_them()
    {
        Assert.Equal(["checkpoints", "datasets"], (await sender.XmlAsync("/")).Descendants().Where(element => element.Name.LocalName == "Name").Select(element => element.Value));
        Assert.Equal(("LocationConstraint", ""), (await sender.XmlAsync("/datasets/?location")) is var location ? (location.Name.LocalName, location.Value) : default);
        Assert.Equal("VersioningConfiguration", (await sender.XmlAsync("/datasets?versioning")).Name.LocalName);
        using var head = await sender.SendAsync(HttpMethod.Head, "/datasets");
        Assert.Equal((HttpStatusCode.OK, "eu-central-1"), (head.StatusCode, Header(head, "x-amz-bucket-region")));
        using var none = await sender.SendAsync(HttpMethod.Head, "/none");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Theory]
    [InlineData("<a>&\"'")]
    [InlineData("]]></Prefix><Contents><Key>x")]
    [InlineData("é😀")]
    public async Task What_comes_in_a_query_stays_text(string hostile)
    {
        var escaped = Uri.EscapeDataString(hostile);
        foreach (var encoding in new[] { "", "&encoding-type=url" })
        {
            var list = await sender.XmlAsync($"/datasets?prefix={escaped}&delimiter={escaped}&marker={escaped}{encoding}");
            foreach (var name in new[] { "Prefix", "Delimiter", "Marker" })
            {
                Assert.Equal(encoding.Length > 0 ? escaped.Replace("%2F", "/", StringComparison.Ordinal) : hostile, list.Elements().Single(element => element.Name.LocalName == name).Value);
            }

            Assert.DoesNotContain(list.Descendants(), element => element.Name.LocalName == "Contents");
        }

        Assert.Equal((HttpStatusCode.NotFound, "NoSuchKey"), await sender.RefusedAsync(HttpMethod.Get, $"/datasets/lab/sums/1/{escaped}"));
    }

    [Fact]
    public async Task Version_that_is_not_published_any_more_is_neither_listed_nor_read()
    {
        await using var own = await S3Site.OpenAsync();
        await own.PublishAsync("2", 2);
        await own.Bench.High.Catalog.WriteAsync(transaction => transaction.Execute("UPDATE imports SET state = 6 WHERE version = '2'"), Cancellation);
        foreach (var key in new[] { "/datasets/lab/sums/2/README.md", "/datasets/lab/sums/current/README.md" })
        {
            Assert.Equal((HttpStatusCode.Forbidden, "AccessDenied"), await own.Sender.RefusedAsync(HttpMethod.Get, key));
        }

        Assert.Equal(["lab/sums/1/"], Prefixes(await own.Sender.XmlAsync("/datasets?list-type=2&delimiter=/&prefix=lab/sums/")));
        await own.Bench.High.Catalog.WriteAsync(transaction => transaction.Execute("UPDATE imports SET state = 6"), Cancellation);
        Assert.Empty(Prefixes(await own.Sender.XmlAsync("/datasets?list-type=2&delimiter=/")));
    }

    [Fact]
    public async Task Key_that_is_taken_back_or_expired_opens_nothing()
    {
        await using var own = await S3Site.OpenAsync();
        var key = await own.Bench.MakeKeyAsync("lab/sums");
        using var taken = new S3Sender(own.Bench, key);
        Assert.Equal((HttpStatusCode.OK, ""), await taken.RefusedAsync(HttpMethod.Get, Key));
        using var channel = own.Bench.Connect("cara");
        await new AccessService.AccessServiceClient(channel).RevokeAccessKeyAsync(new() { Name = key.AccessKey.Name }, cancellationToken: Cancellation);
        Assert.Equal((HttpStatusCode.Forbidden, "InvalidAccessKeyId"), await taken.RefusedAsync(HttpMethod.Get, Key));
        own.Bench.High.Time.Advance(TimeSpan.FromDays(91));
        Assert.Equal((HttpStatusCode.Forbidden, "InvalidAccessKeyId"), await own.Sender.RefusedAsync(HttpMethod.Get, Key));
    }

    private async Task<HttpStatusCode> StatusAsync((string, string) header)
    {
        using var answer = await sender.SendAsync(HttpMethod.Get, Key, header);
        return answer.StatusCode;
    }

    private static IEnumerable<string> Prefixes(XElement list) =>
        list.Elements().Where(element => element.Name.LocalName == "CommonPrefixes").Select(element => element.Value);

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
