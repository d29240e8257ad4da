using System.Net;
using System.Xml.Linq;
using Gateway.High.Import.S3;
using Gateway.High.Import.Web;
using Gateway.Protocol.High.V1;
using Xunit;

namespace Gateway.Tests.High.Import.S3;

/// <summary>Signs requests as clients do, and sends them as they are written. A test bends what it wants to be wrong.</summary>
internal sealed class S3Sender(ReaderBench bench, CreateAccessKeyResponse key) : IDisposable
{
    public const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private readonly HttpClient client = bench.Client(null);

    public string KeyId => key.AccessKey.Name["accessKeys/".Length..];

    public string Secret { get; init; } = key.Secret;

    public string Region { get; init; } = "eu-central-1";

    /// <summary>How far the client's clock is off.</summary>
    public TimeSpan Off { get; init; }

    /// <summary>What is said of the body.</summary>
    public string Payload { get; init; } = Empty;

    /// <summary>Bends a request after it is signed.</summary>
    public Action<HttpRequestMessage>? Bend { get; init; }

    private string Time => (bench.High.Time.GetUtcNow() + Off).ToString(SignatureV4.TimeFormat, System.Globalization.CultureInfo.InvariantCulture);

    private string Scope => $"{Time[..8]}/{Region}/s3/{SignatureV4.Terminator}";

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string target, params (string Name, string Value)[] headers)
    {
        using var request = Request(method, target);
        (string Name, string Value)[] signed = [("host", new Uri(bench.Address).Authority), ("x-amz-content-sha256", Payload), ("x-amz-date", Time), .. headers.Where(header => header.Name.StartsWith("x-amz-", StringComparison.Ordinal))];
        Array.Sort(signed, (a, b) => string.CompareOrdinal(a.Name, b.Name));
        var names = string.Join(';', signed.Select(header => header.Name));
        foreach (var (name, value) in signed.Concat(headers).DistinctBy(header => header.Name).Where(header => header.Name != "host"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.TryAddWithoutValidation("Authorization", $"{SignatureV4.Algorithm} Credential={KeyId}/{Scope}, SignedHeaders={names}, Signature={Sign(method, target, signed, names, Payload)}");
        Bend?.Invoke(request);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A target with its signature in the query.</summary>
    public string Presign(string target, string expires)
    {
        var query = $"X-Amz-Algorithm={SignatureV4.Algorithm}&X-Amz-Credential={SignatureV4.Escape($"{KeyId}/{Scope}")}&X-Amz-Date={Time}&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host";
        target += (target.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query;
        return $"{target}&X-Amz-Signature={Sign(HttpMethod.Get, target, [("host", new Uri(bench.Address).Authority)], "host", "UNSIGNED-PAYLOAD")}";
    }

    /// <summary>Sends a request as it is, unsigned.</summary>
    public async Task<HttpResponseMessage> SendPlainAsync(HttpMethod method, string target, params (string Name, string Value)[] headers)
    {
        using var request = Request(method, target);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<(HttpStatusCode Status, string Code)> RefusedAsync(HttpMethod method, string target, params (string Name, string Value)[] headers)
    {
        using var answer = await SendAsync(method, target, headers);
        return (answer.StatusCode, await CodeAsync(answer));
    }

    /// <summary>The code of an error; empty for a success.</summary>
    public static async Task<string> CodeAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return answer.IsSuccessStatusCode || text.Length == 0 ? "" : XDocument.Parse(text).Root!.Element("Code")!.Value;
    }

    public async Task<XElement> XmlAsync(string target)
    {
        using var answer = await SendAsync(HttpMethod.Get, target);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return XDocument.Parse(text).Root!;
    }

    public void Dispose() => client.Dispose();

    private string Sign(HttpMethod method, string target, (string, string)[] headers, string names, string payload)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = question < 0 ? (target, "") : (target[..question], target[(question + 1)..]);
        var canonical = SignatureV4.CanonicalRequest(
            method.Method, RequestTarget.Unescape(path) ?? path, S3Query.Parse(query)?.Canonical() ?? query, headers, names, payload);
        return SignatureV4.Sign(Secret, Scope, SignatureV4.StringToSign(Time, Scope, canonical));
    }

    // As written: a URI would take dots and escapes back before they are sent.
    private HttpRequestMessage Request(HttpMethod method, string target) =>
        new(method, new Uri(bench.Address + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
}
