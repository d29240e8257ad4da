using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import.Web;
using Gateway.High.Publish;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High.Import.Oci;

/// <summary>A registry on the loopback, with a dataset <c>lab/sums</c> and a key for all that is of <c>lab</c>.</summary>
internal sealed class OciBench : IAsyncDisposable
{
    public const string Train = "{\"a\":1}\n";
    public const string Sums = "/v2/datasets/lab/sums";

    private OciBench(ReaderBench readers, HttpClient client, string token) => (Readers, Client, Token) = (readers, client, token);

    public ReaderBench Readers { get; }

    public HttpClient Client { get; }

    public string Token { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<OciBench> StartAsync(RetentionOptions? retention = null)
    {
        var readers = await ReaderBench.StartAsync(ReaderProtocols.Oci, retention);
        var token = (await readers.MakeKeyAsync("lab/*")).Token;
        return new OciBench(readers, readers.Client(token), token);
    }

    public static string DigestOf(string text) => $"sha256:{Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)).Hex}";

    /// <summary>Publishes a version of <c>lab/sums</c>; later ones have a file more.</summary>
    public Task<ImportRecord> PublishAsync(string version, long sequence, string name = "lab/sums") => CarryAsync(p => p with
    {
        Name = name,
        Version = version,
        Sequence = sequence,
        Files = [("README.md", "# Sums\n"), ("data/test.jsonl", "{}\n"), ("data/train.jsonl", Train), .. sequence == 1 ? [] : new[] { ("z.txt", version) }],
    });

    public async Task<ImportRecord> CarryAsync(Func<Packing, Packing> bend)
    {
        var import = await Readers.High.CarryAsync(Shipment.Of(Readers.High, bend));
        Assert.Null(import.Refusal);
        return import;
    }

    /// <summary>Sends a request with its path as written: a URI would take dots and escapes back before they are sent.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(method, new Uri(Readers.Address + path, options));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Client.SendAsync(request, Cancellation);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    public async Task<JsonElement> JsonAsync(string path)
    {
        using var answer = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    /// <summary>Status and code of an answer; the code is empty where there is no error.</summary>
    public async Task<(HttpStatusCode Status, string? Code)> CodeAsync(string path, AuthenticationHeaderValue? authorization = null)
    {
        using var client = authorization is null ? null : Readers.Client(null);
        if (client is not null)
        {
            client.DefaultRequestHeaders.Authorization = authorization;
        }

        using var answer = client is null ? await GetAsync(path) : await client.GetAsync(path, Cancellation);
        return (answer.StatusCode, await CodeOfAsync(answer));
    }

    public static async Task<string?> CodeOfAsync(HttpResponseMessage answer)
    {
        if (answer.IsSuccessStatusCode)
        {
            return "";
        }

        var error = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("errors")[0];
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        return error.GetProperty("code").GetString();
    }

    public static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.Concat(answer.Content.Headers).FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { } values
            ? string.Join(", ", values)
            : null;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Readers.DisposeAsync();
    }
}
