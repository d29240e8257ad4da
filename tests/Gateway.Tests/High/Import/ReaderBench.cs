using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Gateway.Core;
using Gateway.High.Import;
using Gateway.High.Import.Access;
using Gateway.High.Import.Web;
using Gateway.High.Publish;
using Gateway.Hosting;
using Gateway.Hosting.Calls;
using Gateway.Hosting.Configuration;
using Gateway.Protocol.High.V1;
using Gateway.Tests.Hosting;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Gateway.Tests.High.Import;

/// <summary>A high side with its end points for readers, over real TLS on the loopback, at the time of this machine: clients with clocks of their own take part.</summary>
internal sealed class ReaderBench : IAsyncDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly SiteCertificates site;
    private readonly X509Certificate2 server;
    private readonly WebApplication app;

    private ReaderBench(HighBench high, params IReadOnlyList<string> protocols)
    {
        High = high;
        var now = high.Time.GetUtcNow();
        site = new SiteCertificates("Site", now);
        server = site.Issue(SiteCertificates.ServerPurpose, now.AddDays(30));
        var tls = new TlsOptions(
            directory.Write("server.pem", server.ExportCertificatePem()),
            directory.Write("server.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            AuthorityFile = directory.Write("authority.pem", site.AuthorityPem));
        RootFile = directory["root.dsse.json"];
        File.WriteAllBytes(RootFile, high.People.RootEnvelope(now));
        var settings = new HostSettings("gateway-high", new IPEndPoint(IPAddress.Loopback, 0), tls, new TelemetryOptions())
        {
            Readers = [.. protocols.Select(protocol => new ReaderEndPoint(protocol, new IPEndPoint(IPAddress.Loopback, 0)))],
        };
        var builder = GatewayHost.CreateBuilder(settings, high.Enclave.Root, high.Catalog.AuditAsync, high.Time).OrRefuse();
        builder.Services.AddSingleton(high.Catalog);
        builder.Services.AddSingleton(high.Published);
        builder.Services.AddSingleton(high.Staging);
        builder.Services.AddSingleton(high.Waiting);
        builder.Services.AddSingleton(new Gateway.High.Receive.IntakeOptions(long.MaxValue));
        builder.Services.AddSingleton(high.Withdrawal);
        builder.Services.AddSingleton(high.Retention);
        builder.Services.AddSingleton(high.Scrubber);
        builder.Services.AddSingleton(high.ReadVerification);
        builder.Services.AddSingleton(high.ScrubOptions);
        builder.Services.AddSingleton<Gateway.High.Scrubbing.ScrubService>();
        // Its own: those of publication have read every manifest already.
        builder.Services.AddSingleton(new PublishedManifests(high.Published));
        builder.Services.AddSingleton(high.Hub);
        builder.Services.AddSingleton(high.Storage);
        builder.Services.AddSingleton<PublishedFileReader>();
        builder.Services.AddReaders();
        app = builder.Build();
        app.MapReaders();
        app.MapGrpcService<ImportCalls>();
        app.MapGrpcService<QuarantineCalls>();
        app.MapGrpcService<RevocationCalls>();
        app.MapGrpcService<RetentionCalls>();
        app.MapGrpcService<ScrubCalls>();
        app.MapGrpcService<AccessCalls>();
    }

    public HighBench High { get; }

    /// <summary>The authority of the server's certificate, PEM.</summary>
    public string AuthorityFile { get; }

    /// <summary>The trust root of the enclave, which the contexts pin.</summary>
    public string RootFile { get; }

    /// <summary>A path in a directory of its own.</summary>
    public string this[string name] => directory[name];

    /// <summary>Where readers connect.</summary>
    public string Address => app.Urls.Last();

    /// <summary>Where readers of each protocol connect, in the order in which they were given.</summary>
    public IReadOnlyList<string> Addresses => [.. app.Urls.Skip(1)];

    public static async Task<ReaderBench> StartAsync(string protocol, RetentionOptions? retention = null, long maximumArtifactBytes = 1 << 20)
    {
        var high = await HighBench.OpenAsync(now: TimeProvider.System.GetUtcNow(), retention: retention, maximumArtifactBytes: maximumArtifactBytes);
        return await StartAsync(high, protocol);
    }

    /// <summary>One that speaks several protocols, on a high side that is there.</summary>
    public static async Task<ReaderBench> StartAsync(HighBench high, params IReadOnlyList<string> protocols)
    {
        var bench = new ReaderBench(high, protocols);
        await bench.app.StartAsync(TestContext.Current.CancellationToken);
        return bench;
    }

    /// <summary>The code of a refused call.</summary>
    public static async Task<RefusalCode> CodeAsync<T>(AsyncUnaryCall<T> call) => CodeOf(await Assert.ThrowsAsync<RpcException>(async () => await call));

    /// <summary>The code in a refusal.</summary>
    public static RefusalCode CodeOf(RpcException refused)
    {
        var reason = refused.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason;
        return Enum.Parse<RefusalCode>(reason!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
    }

    /// <summary>A key that Cara makes, over the service's own call.</summary>
    public async Task<CreateAccessKeyResponse> MakeKeyAsync(params string[] scopes)
    {
        using var channel = Connect("cara");
        var request = new CreateAccessKeyRequest { Label = "trainer", Scopes = { scopes }, RequestId = Guid.NewGuid().ToString() };
        return await new AccessService.AccessServiceClient(channel).CreateAccessKeyAsync(request, cancellationToken: TestContext.Current.CancellationToken);
    }

    /// <summary>A contexts file in which each person has a context of their own name.</summary>
    public string WriteContexts(params string[] people)
    {
        var contexts = new JsonObject();
        foreach (var person in people)
        {
            using var client = site.Client($"urn:gateway:person:{person}");
            contexts[person] = new JsonObject
            {
                ["high"] = app.Urls.First(),
                ["certificate"] = directory.Write($"{person}.pem", client.ExportCertificatePem()),
                ["key"] = directory.Write($"{person}.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
                ["authority"] = AuthorityFile,
                ["trustRoot"] = RootFile,
                ["trustRootSha256"] = High.Enclave.Root.Digest.Hex,
            };
        }

        return directory.Write("contexts.json", new JsonObject { ["contexts"] = contexts }.ToJsonString());
    }

    /// <summary>A client that trusts the server and brings a token, or none.</summary>
    public HttpClient Client(string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = IsServer } })
        {
            BaseAddress = new Uri(Address),
        };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>A gRPC channel of a person, or of a machine by its URN.</summary>
    public GrpcChannel Connect(string who)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = IsServer,
                ClientCertificateContext = SslStreamCertificateContext.Create(site.Client(who.StartsWith("urn:", StringComparison.Ordinal) ? who : $"urn:gateway:person:{who}"), null, offline: true),
            },
        };
        return GrpcChannel.ForAddress(app.Urls.First(), new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    /// <summary>Certificate and key of a person as files, PEM.</summary>
    public (string Certificate, string Key) FilesOf(string person)
    {
        using var certificate = site.Client($"urn:gateway:person:{person}");
        return (
            directory.Write($"{person}.crt.pem", certificate.ExportCertificatePem()),
            directory.Write($"{person}.key.pem", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>Where gRPC is spoken, as host and port.</summary>
    public string ServiceAuthority => new Uri(app.Urls.First()).Authority;

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        server.Dispose();
        site.Dispose();
        await High.DisposeAsync();
        directory.Dispose();
    }

    private bool IsServer(object sender, X509Certificate? presented, X509Chain? chain, SslPolicyErrors errors) =>
        presented?.GetCertHashString() == server.GetCertHashString();
}
