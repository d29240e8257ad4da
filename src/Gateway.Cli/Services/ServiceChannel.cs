using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Cli.Contexts;
using Grpc.Net.Client;

namespace Gateway.Cli.Services;

/// <summary>gRPC channels over mutual TLS: the context's certificate names the person, the context's authority names the service.</summary>
internal static class ServiceChannel
{
    /// <summary>Largest message taken from a service, in bytes: read calls answer in parts of 1 MiB, pages of 10,000 files need less than 8 MiB.</summary>
    private const int MaximumMessageBytes = 8 << 20;

    /// <summary>How long a connection may take; a service on the same site answers within milliseconds.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Channel to the context's low side; a usage error where the context names none.</summary>
    public static GrpcChannel Low(GatewayContext context) => Open(context, context.Low, "low");

    /// <summary>Channel to the context's high side; a usage error where the context names none.</summary>
    public static GrpcChannel High(GatewayContext context) => Open(context, context.High, "high");

    private static GrpcChannel Open(GatewayContext context, string? address, string side)
    {
        if (address is null)
        {
            throw CommandStop.Usage($"context {context.Name} has no {side} side: add \"{side}\": \"https://host:port\" to it");
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            throw CommandStop.Usage($"context {context.Name}: {side} is not an https:// address");
        }

        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
            SslOptions = Tls(context),
        };
        return GrpcChannel.ForAddress(uri, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaximumMessageBytes,
        });
    }

    private static SslClientAuthenticationOptions Tls(GatewayContext context)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(context.Authority);
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            return new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                CertificateChainPolicy = policy,
                ClientCertificateContext = SslStreamCertificateContext.Create(
                    X509Certificate2.CreateFromPemFile(context.Certificate, context.Key), additionalCertificates: null, offline: true),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw CommandStop.Usage($"context {context.Name}: certificate, key or authority cannot be read: {e.Message}");
        }
    }
}
