using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Gateway.High.Import;
using Gateway.High.Publish;
using Gateway.High.Receive;
using Gateway.High.Scrubbing;
using Gateway.High.Verify;
using Gateway.Hosting;
using Gateway.Hosting.Calls;
using Gateway.Hosting.Configuration;
using Gateway.Storage;
using Gateway.Storage.High;
using Gateway.Tests.Hosting;
using Gateway.Tests.Storage.High;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Tests.High.Import;

/// <summary>The calls of importers over real gRPC and mutual TLS, on a real catalog whose imports are published without files.</summary>
internal sealed class ConsumerSite : IAsyncDisposable
{
    private readonly TemporaryDirectory directory;
    private readonly TestPeople people = new();
    private readonly SiteCertificates site;
    private readonly X509Certificate2 server;
    private readonly StorageRoot storage;
    private readonly WebApplication app;

    private ConsumerSite(TimeProvider time, HighCatalog catalog, TemporaryDirectory directory, StorageRoot storage)
    {
        (this.directory, this.storage, Catalog) = (directory, storage, catalog);
        var now = time.GetUtcNow();
        site = new SiteCertificates("Site", now);
        server = site.Issue(SiteCertificates.ServerPurpose, now.AddDays(30));
        var tls = new TlsOptions(
            directory.Write("server.pem", server.ExportCertificatePem()),
            directory.Write("server.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            directory.Write("clients.pem", site.AuthorityPem));
        var settings = new HostSettings("gateway-high", new IPEndPoint(IPAddress.Loopback, 0), tls, new TelemetryOptions());
        var builder = GatewayHost.CreateBuilder(settings, people.Root(now), catalog.AuditAsync, time).OrRefuse();
        builder.Services.AddSingleton(catalog);
        builder.Services.AddSingleton(new PublishedTree(storage));
        builder.Services.AddSingleton<PublishedManifests>();
        builder.Services.AddSingleton<PublishedFileReader>();
        builder.Services.AddSingleton(storage);
        builder.Services.AddSingleton(new StagingArea(storage, reserveBytes: 0));
        builder.Services.AddSingleton(new Enclave(HighBench.EnclaveId, people.Root(now), HighBench.DefaultPolicy.Value));
        builder.Services.AddSingleton<HubCache>();
        builder.Services.AddSingleton<Publication>();
        builder.Services.AddSingleton<Damage>();
        builder.Services.AddSingleton<ReadVerification>();
        app = builder.Build();
        app.MapGatewayServices();
        app.MapGrpcService<ImportCalls>();
        app.MapGrpcService<ConsumerCalls>();
    }

    public HighCatalog Catalog { get; }

    public string Address => app.Urls.Single();

    /// <summary>A path in a directory of its own.</summary>
    public string this[string name] => directory[name];

    public static async Task<ConsumerSite> StartAsync(TimeProvider time)
    {
        var directory = new TemporaryDirectory();
        var storage = StorageRoot.Open(Directory.CreateDirectory(directory["high"]).FullName).OrRefuse();
        var consumers = new ConsumerSite(time, await PublishedImports.OpenAsync(storage.CatalogFile, time), directory, storage);
        await consumers.app.StartAsync();
        return consumers;
    }

    public GrpcChannel Connect(string person)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == server.GetCertHashString(),
                ClientCertificateContext = SslStreamCertificateContext.Create(site.Client($"urn:gateway:person:{person}"), null, offline: true),
            },
        };
        return GrpcChannel.ForAddress(Address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    /// <summary>A contexts file with which commands reach the site as a person; returns its path.</summary>
    public string WriteContexts(string person)
    {
        using var client = site.Client($"urn:gateway:person:{person}");
        directory.Write("client.pem", client.ExportCertificatePem());
        directory.Write("client.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return directory.Write(
            "contexts.json",
            $$"""
            {"current":"{{person}}","contexts":{"{{person}}":{"high":"{{Address}}","certificate":"client.pem","key":"client.key","authority":"clients.pem"} } }
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await Catalog.DisposeAsync();
        storage.Dispose();
        server.Dispose();
        site.Dispose();
        people.Dispose();
        directory.Dispose();
    }
}
