using Gateway.High.Import.S3;
using Xunit;

namespace Gateway.Tests.High.Import.S3;

/// <summary>
/// The examples of the S3 API Reference ("Examples: Signature Calculations", "Authenticating Requests: Using Query Parameters"), with the key, the time and the
/// signatures that are printed there.
/// </summary>
public sealed class SignatureV4Tests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string Time = "20130524T000000Z";
    private const string Scope = "20130524/us-east-1/s3/aws4_request";
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly (string, string) Host = ("host", "examplebucket.s3.amazonaws.com");
    private static readonly (string, string) Content = ("x-amz-content-sha256", Empty);
    private static readonly (string, string) Date = ("x-amz-date", Time);

    [Fact]
    public void Object_with_a_range() =>
        Assert.Equal(
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            Sign("/test.txt", "", [Host, ("range", "bytes=0-9"), Content, Date], Empty));

    [Theory]
    [InlineData("lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("prefix=J&max-keys=2", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void Bucket(string query, string signature) => Assert.Equal(signature, Sign("/", query, [Host, Content, Date], Empty));

    [Fact]
    public void Presigned_address() =>
        Assert.Equal(
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            Sign(
                "/test.txt",
                "X-Amz-Signature=left-out&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host",
                [Host],
                "UNSIGNED-PAYLOAD"));

    [Theory]
    [InlineData("/a b+c/é~'()*!", "/a%20b%2Bc/%C3%A9~%27%28%29%2A%21")]
    [InlineData("/a//./../b", "/a//./../b")]
    [InlineData("/%2F=&", "/%252F%3D%26")]
    public void Paths_are_escaped_once_and_not_normalised(string path, string escaped) => Assert.Equal(escaped, SignatureV4.EscapePath(path));

    [Theory]
    [InlineData("b=2&a=1", "a=1&b=2")]
    [InlineData("a=2&a=1&a", "a=&a=1&a=2")]
    [InlineData("A=1&a=1&%61-=3&a%2B=2", "A=1&a=1&a%2B=2&a-=3")]
    [InlineData("a=x+y&b=x%20y&c=%2b", "a=x%20y&b=x%20y&c=%2B")]
    public void Queries_are_sorted_by_what_is_escaped(string query, string canonical) => Assert.Equal(canonical, S3Query.Parse(query)!.Canonical());

    private static string Sign(string path, string query, (string, string)[] headers, string payload)
    {
        var canonical = SignatureV4.CanonicalRequest("GET", path, S3Query.Parse(query)!.Canonical(), headers, string.Join(';', headers.Select(header => header.Item1)), payload);
        return SignatureV4.Sign(Secret, Scope, SignatureV4.StringToSign(Time, Scope, canonical));
    }
}
