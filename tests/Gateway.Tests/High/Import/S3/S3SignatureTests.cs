using System.Net;
using Gateway.Protocol.High.V1;
using Xunit;

namespace Gateway.Tests.High.Import.S3;

/// <summary>Who is believed: a request that is altered anywhere, or is old, is not.</summary>
public sealed class S3SignatureTests(S3Site site) : IClassFixture<S3Site>
{
    private const string Key = "/datasets/lab/sums/1/README.md";

    private readonly ReaderBench bench = site.Bench;
    private readonly CreateAccessKeyResponse key = site.AccessKey;
    private readonly S3Sender sender = site.Sender;

    [Fact]
    public async Task Wrong_secret_or_key_is_told()
    {
        using var wrong = new S3Sender(bench, key) { Secret = new string('0', 40) };
        Assert.Equal((HttpStatusCode.Forbidden, "SignatureDoesNotMatch"), await wrong.RefusedAsync(HttpMethod.Get, Key));
        using var unknown = Bent(request => Replace(request, sender.KeyId, "GW" + new string('A', 18)));
        Assert.Equal((HttpStatusCode.Forbidden, "InvalidAccessKeyId"), await unknown.RefusedAsync(HttpMethod.Get, Key));
        var second = await bench.MakeKeyAsync("lab/*");
        using var mixed = Bent(request => Replace(request, sender.KeyId, second.AccessKey.Name.Split('/')[1]));
        Assert.Equal((HttpStatusCode.Forbidden, "SignatureDoesNotMatch"), await mixed.RefusedAsync(HttpMethod.Get, Key));
    }

    [Theory]
    [InlineData("Signature=", "Signature=0", HttpStatusCode.Forbidden, "SignatureDoesNotMatch")]
    [InlineData("host;", "host;range;", HttpStatusCode.Forbidden, "SignatureDoesNotMatch")]
    [InlineData("host;", "", HttpStatusCode.Forbidden, "AccessDenied")]
    [InlineData(";x-amz-date", "", HttpStatusCode.Forbidden, "AccessDenied")]
    [InlineData("/s3/", "/sts/", HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed")]
    [InlineData("aws4_request", "aws4_reques", HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed")]
    [InlineData("/eu-central-1/", "/eu-central-2/", HttpStatusCode.Forbidden, "SignatureDoesNotMatch")]
    [InlineData("/eu-central-1/", "//", HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed")]
    [InlineData("Credential=", "Credential=/", HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed")]
    [InlineData("SignedHeaders=", "Signature=", HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed")]
    [InlineData(", SignedHeaders", ", x", HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 ", "AWS4-ECDSA-P256-SHA256 ", HttpStatusCode.BadRequest, "InvalidRequest")]
    [InlineData("AWS4-HMAC-SHA256 ", "AWS ", HttpStatusCode.BadRequest, "InvalidRequest")]
    [InlineData("AWS4-HMAC-SHA256 ", "Bearer ", HttpStatusCode.BadRequest, "InvalidRequest")]
    public async Task Bent_authorization_is_refused(string text, string by, HttpStatusCode status, string code)
    {
        using var wrong = Bent(request => Replace(request, text, by));
        Assert.Equal((status, code), await wrong.RefusedAsync(HttpMethod.Get, Key));
    }

    [Theory]
    [InlineData("x-amz-date", "20200101T000000Z", HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed")]
    [InlineData("x-amz-date", "99991231T235959Z", HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed")]
    [InlineData("x-amz-date", "today", HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed")]
    [InlineData("x-amz-date", null, HttpStatusCode.Forbidden, "AccessDenied")]
    [InlineData("x-amz-content-sha256", "UNSIGNED-PAYLOAD", HttpStatusCode.Forbidden, "SignatureDoesNotMatch")]
    [InlineData("x-amz-content-sha256", null, HttpStatusCode.BadRequest, "InvalidRequest")]
    [InlineData("x-amz-checksum-mode", "ENABLED", HttpStatusCode.Forbidden, "AccessDenied")]
    [InlineData("x-amz-security-token", "token", HttpStatusCode.BadRequest, "InvalidToken")]
    [InlineData("Host", "elsewhere", HttpStatusCode.Forbidden, "SignatureDoesNotMatch")]
    public async Task Bent_header_is_refused(string name, string? value, HttpStatusCode status, string code)
    {
        using var wrong = Bent(request =>
        {
            request.Headers.Remove(name);
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        });
        Assert.Equal((status, code), await wrong.RefusedAsync(HttpMethod.Get, Key));
    }

    [Theory]
    [InlineData("/datasets?prefix=lab/", "/datasets?prefix=lab/s")]
    [InlineData("/datasets?prefix=lab/", "/datasets?prefix=lab/&delimiter=/")]
    [InlineData(Key, Key + "?partNumber=1")]
    [InlineData(Key, "/datasets/lab/sums/1/data/train.jsonl")]
    [InlineData(Key, "/datasets/lab/sums/1//README.md")]
    [InlineData(Key, "/datasets/lab/sums/1/./README.md")]
    [InlineData(Key, "/datasets/lab/sums/1/x/../README.md")]
    public async Task Signature_is_for_one_target(string target, string other)
    {
        using var wrong = Bent(request => request.RequestUri = new Uri(bench.Address + other, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        Assert.Equal((HttpStatusCode.Forbidden, "SignatureDoesNotMatch"), await wrong.RefusedAsync(HttpMethod.Get, target));
    }

    [Theory]
    [InlineData(-899, HttpStatusCode.OK, "")]
    [InlineData(899, HttpStatusCode.OK, "")]
    [InlineData(-902, HttpStatusCode.Forbidden, "RequestTimeTooSkewed")]
    [InlineData(902, HttpStatusCode.Forbidden, "RequestTimeTooSkewed")]
    public async Task Clock_may_be_off_by_a_quarter_of_an_hour(int seconds, HttpStatusCode status, string code)
    {
        using var early = new S3Sender(bench, key) { Off = TimeSpan.FromSeconds(seconds) };
        Assert.Equal((status, code), await early.RefusedAsync(HttpMethod.Get, Key));
    }

    [Theory]
    [InlineData("UNSIGNED-PAYLOAD", HttpStatusCode.OK, "")]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", HttpStatusCode.NotImplemented, "NotImplemented")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", HttpStatusCode.BadRequest, "XAmzContentSHA256Mismatch")]
    public async Task Body_is_none(string payload, HttpStatusCode status, string code)
    {
        using var client = new S3Sender(bench, key) { Payload = payload };
        Assert.Equal((status, code), await client.RefusedAsync(HttpMethod.Get, Key));
    }

    [Fact]
    public async Task Presigned_address_opens_one_object_until_it_expires()
    {
        var target = sender.Presign(Key, "60");
        Assert.Equal((HttpStatusCode.OK, ""), await PlainAsync(target));
        Assert.Equal((HttpStatusCode.Forbidden, "SignatureDoesNotMatch"), await PlainAsync(target.Replace("README.md", "data/train.jsonl", StringComparison.Ordinal)));
        Assert.Equal((HttpStatusCode.Forbidden, "SignatureDoesNotMatch"), await PlainAsync(target.Replace("Expires=60", "Expires=61", StringComparison.Ordinal)));
        Assert.Equal((HttpStatusCode.Forbidden, "SignatureDoesNotMatch"), await PlainAsync(target + "&x=1"));
        Assert.Equal((HttpStatusCode.BadRequest, "AuthorizationQueryParametersError"), await PlainAsync(target + "&X-Amz-Expires=604800"));
        Assert.Equal((HttpStatusCode.BadRequest, "AuthorizationQueryParametersError"), await PlainAsync(target.Replace("X-Amz-SignedHeaders=host", "x=1", StringComparison.Ordinal)));
        Assert.Equal((HttpStatusCode.BadRequest, "InvalidArgument"), await PlainAsync(target, ("Authorization", "AWS4-HMAC-SHA256 x")));
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDenied"), await PlainAsync(target, ("x-amz-checksum-mode", "ENABLED")));
        Assert.Equal((HttpStatusCode.OK, ""), await PlainAsync(target, ("Range", "bytes=0-1")));
        bench.High.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal((HttpStatusCode.OK, ""), await PlainAsync(target));
        bench.High.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDenied"), await PlainAsync(target));
    }

    [Theory]
    [InlineData("604800", HttpStatusCode.OK, "")]
    [InlineData("604801", HttpStatusCode.BadRequest, "AuthorizationQueryParametersError")]
    [InlineData("0", HttpStatusCode.BadRequest, "AuthorizationQueryParametersError")]
    [InlineData("-1", HttpStatusCode.BadRequest, "AuthorizationQueryParametersError")]
    [InlineData("", HttpStatusCode.BadRequest, "AuthorizationQueryParametersError")]
    [InlineData("99999999999999999999", HttpStatusCode.BadRequest, "AuthorizationQueryParametersError")]
    public async Task Presigned_address_lasts_a_week_at_most(string expires, HttpStatusCode status, string code) =>
        Assert.Equal((status, code), await PlainAsync(sender.Presign(Key, expires)));

    [Fact]
    public async Task Presigned_address_of_a_clock_ahead_is_not_valid_yet()
    {
        using var ahead = new S3Sender(bench, key) { Off = TimeSpan.FromMinutes(20) };
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDenied"), await PlainAsync(ahead.Presign(Key, "3600")));
    }

    [Fact]
    public async Task Without_a_signature_nothing_is_told()
    {
        foreach (var target in new[] { "/", "/datasets", Key, "/none", "/datasets/lab/none/1/a" })
        {
            Assert.Equal((HttpStatusCode.Forbidden, "AccessDenied"), await PlainAsync(target));
        }

        Assert.Equal((HttpStatusCode.BadRequest, "InvalidRequest"), await PlainAsync(Key + "?AWSAccessKeyId=x&Signature=y&Expires=1"));
    }

    private S3Sender Bent(Action<HttpRequestMessage> bend) => new(bench, key) { Bend = bend };

    private static void Replace(HttpRequestMessage request, string text, string by)
    {
        var authorization = request.Headers.GetValues("Authorization").Single();
        Assert.Contains(text, authorization, StringComparison.Ordinal);
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", authorization.Replace(text, by, StringComparison.Ordinal));
    }

    private async Task<(HttpStatusCode Status, string Code)> PlainAsync(string target, params (string Name, string Value)[] headers)
    {
        using var answer = await sender.SendPlainAsync(HttpMethod.Get, target, headers);
        return (answer.IsSuccessStatusCode ? HttpStatusCode.OK : answer.StatusCode, await S3Sender.CodeAsync(answer));
    }
}
