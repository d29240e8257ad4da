using System.Security.Authentication;
using Gateway.Core.Trust;
using Gateway.Core;
using Gateway.Hosting.Calls;
using Gateway.Hosting.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Gateway.Hosting;

/// <summary>The host that both services share: gRPC over HTTP/2 with mutual TLS, health, reflection, logs and telemetry.</summary>
public static class GatewayHost
{
    /// <summary>Connections of callers at a time: people and pipelines of one site, with room. A busy one holds a few blocks of 64 KiB, all together under 100 MiB.</summary>
    private const int MaximumConnections = 256;

    /// <summary>Connections at a time at the end point of one kind of reader: the loaders of a few thousand processors, which keep theirs open. An idle one costs some 30 KiB.</summary>
    private const int MaximumReaderConnections = 2_048;

    /// <summary>Largest HTTP/2 frame, in bytes: fewer and larger ones halve a client's cost of an upload.</summary>
    private const int MaximumFrameBytes = 256 << 10;

    /// <summary>Bytes a client may send ahead on one call: keeps 10 Gbit/s busy over a millisecond of delay.</summary>
    private const int StreamWindowBytes = 1 << 20;

    /// <summary>Bytes a client may send ahead on all calls of a connection.</summary>
    private const int ConnectionWindowBytes = 4 << 20;

    /// <summary>Largest gRPC message, in bytes: upload parts have at most 1 MiB, with their envelope well under this.</summary>
    private const int MaximumMessageBytes = 2 << 20;

    /// <summary>
    /// Rate at which the end of an answer, once it lies in the connection's buffer, has to leave over HTTP/1.1, and time that it has at least. What comes before the end is
    /// <see cref="StalledAnswers"/>' business, and so are streams of HTTP/2, which this rate does not hold for while the client's window is shut.
    /// </summary>
    private static readonly MinDataRate SlowestEnd = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));

    /// <summary>A silent connection is asked for a sign of life after this long, and dropped without an answer after as long again.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A builder with everything but the service's own parts. No settings come from the working directory or the environment: the
    /// configuration file is all there is. Refuses certificates that cannot be used.
    /// </summary>
    public static Outcome<WebApplicationBuilder> CreateBuilder(HostSettings settings, TrustRoot trustRoot, AuditWriter audit, TimeProvider clock)
    {
        if (!PemFiles.ReadServerCertificate(settings.Tls).Succeeded(out var server, out var refusal)
            || !PemFiles.ReadCertificates(settings.Tls.ClientAuthority).Succeeded(out var authorities, out refusal))
        {
            return refusal;
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = settings.Service });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            ConfigureKestrel(kestrel, settings, server, new ClientCertificates(authorities, clock)));
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>>(new ReceiveBlockPool()));
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton(trustRoot);
        builder.Services.AddSingleton(audit);
        builder.Services.AddTransient<IStartupFilter, StalledAnswers>();
        builder.Services.AddSystemd();
        builder.AddGatewayLogs(settings);
        builder.AddGatewayTelemetry(settings);
        builder.Services.AddRouting();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MaximumMessageBytes;
            grpc.Interceptors.Add<CallInterceptor>();
        });
        builder.Services.AddGrpcReflection();
        // Health without any check is "unknown".
        builder.Services.AddGrpcHealthChecks().AddCheck("process", () => HealthCheckResult.Healthy());
        return builder;
    }

    /// <summary>Lets health fail where the catalog cannot be read: a probe notices a disk that is gone before people do.</summary>
    public static void AddCatalogCheck(this IServiceCollection services, AuditReader audit) =>
        services.AddHealthChecks().AddAsyncCheck("catalog", async cancellation =>
        {
            await audit(0, 1, cancellation);
            return HealthCheckResult.Healthy();
        });

    /// <summary>Maps health and reflection. The service maps its own calls beside them.</summary>
    public static void MapGatewayServices(this WebApplication app)
    {
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
    }

    private static void ConfigureKestrel(
        KestrelServerOptions kestrel, HostSettings settings, ServerCertificate server, ClientCertificates clients)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MinResponseDataRate = SlowestEnd;
        kestrel.Limits.Http2.MaxFrameSize = MaximumFrameBytes;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        kestrel.Limits.Http2.KeepAlivePingDelay = KeepAlive;
        kestrel.Limits.Http2.KeepAlivePingTimeout = KeepAlive;
        kestrel.Listen(settings.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.LimitConnections(MaximumConnections);
            listen.UseHttps(https =>
            {
                https.ServerCertificate = server.Leaf;
                https.ServerCertificateChain = server.Intermediates;
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.CheckCertificateRevocation = false;
                // A resumed session would carry a certificate past its end; every connection shows it anew.
                https.OnAuthenticate = (_, options) => options.AllowTlsResume = false;
                https.ClientCertificateValidation = (certificate, chain, _) => clients.Accept(certificate, chain);
            });
        });
        foreach (var reader in settings.Readers)
        {
            kestrel.Listen(reader.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.LimitConnections(MaximumReaderConnections);
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = server.Leaf;
                    https.ServerCertificateChain = server.Intermediates;
                    https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                });
                listen.Use(next => connection =>
                {
                    connection.Features.Set(reader);
                    return next(connection);
                });
            });
        }
    }
}
