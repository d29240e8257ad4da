using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Gateway.Core;
using Gateway.Core.Ledger;
using Gateway.Core.Trust;
using Gateway.Hosting;
using Gateway.Hosting.Calls;
using Gateway.Hosting.Configuration;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using AuditRecord = Gateway.Core.Ledger.AuditRecord;
using PublicKey = Gateway.Core.Trust.PublicKey;
using RefusalCode = Gateway.Core.RefusalCode;

namespace Gateway.Tests.Hosting;

/// <summary>A real host on loopback with certificates of a test authority and a trust root of a few people.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    internal const string Secret = "the cause is for the log only";

    private readonly TemporaryDirectory directory = new();
    private WebApplication app = null!;
    private X509Certificate2 server = null!;

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    internal SiteCertificates Site { get; private set; } = null!;

    internal ConcurrentQueue<AuditEntry> Audited { get; } = new();

    internal string Address => app.Urls.Single();

    internal Task StopAsync() => app.StopAsync();

    public async ValueTask InitializeAsync()
    {
        Site = new SiteCertificates("Site", Clock.GetUtcNow());
        server = Site.Issue(SiteCertificates.ServerPurpose, Clock.GetUtcNow().AddDays(30));
        var tls = new TlsOptions(
            directory.Write("server.pem", server.ExportCertificatePem()),
            directory.Write("server.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            directory.Write("clients.pem", Site.AuthorityPem));
        var settings = new HostSettings("gateway-test", new IPEndPoint(IPAddress.Loopback, 0), tls, new TelemetryOptions("http://127.0.0.1:9"));
        var builder = GatewayHost.CreateBuilder(settings, People(Clock.GetUtcNow()), RecordAsync, Clock).OrRefuse();
        builder.Services.AddSingleton(new AuditLog(ReadAuditAsync));
        app = builder.Build();
        app.MapGatewayServices();
        app.MapGrpcService<AuditLog>();
        app.MapGrpcService<ProbedLanes>();
        app.MapGrpcService<EndlessImports>();
        await app.StartAsync();
    }

    /// <summary>A channel with a client certificate, or none.</summary>
    internal GrpcChannel Connect(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == server.GetCertHashString(),
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
            },
        };
        return GrpcChannel.ForAddress(Address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        server.Dispose();
        Site.Dispose();
        directory.Dispose();
    }

    private static TrustRoot People(DateTimeOffset now)
    {
        using var root = SigningKey.Generate(KeyKind.Ed25519);
        var draft = TrustRootDraft.Start("test", development: true, now.AddDays(30), [root.Public], 1)
            .With(Person("ada", Role.Engineer))
            .With(Person("olga", Role.Auditor))
            .With(new TrustedMachine("trainer", "ada", [Role.Importer], [Key()]))
            .With(new TrustedClass("internal", 2));
        return TrustRoot.Open(Envelope.Sign(draft.ToPayload().OrRefuse(), root).ToBytes(), now).OrRefuse();
    }

    private static TrustedPerson Person(string id, Role role) => new(id, [role], [Key()]);

    private static PublicKey Key()
    {
        using var key = SigningKey.Generate(KeyKind.Ed25519);
        return key.Public;
    }

    private Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        Audited.Enqueue(entry);
        return Task.CompletedTask;
    }

    private Task<IReadOnlyList<AuditRecord>> ReadAuditAsync(long after, int count, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AuditRecord>>(
        [
            .. Enumerable.Range(1, 5).Where(n => n > after).Take(count)
                .Select(n => new AuditRecord(n, Clock.GetUtcNow(), new AuditEntry { Actor = "ada", Action = $"step.{n}" })),
        ]);

    /// <summary>Does what the page token says.</summary>
    internal sealed class ProbedLanes : LaneService.LaneServiceBase
    {
        public override Task<ListLanesResponse> ListLanes(ListLanesRequest request, ServerCallContext context)
        {
            switch (request.PageToken)
            {
                case "full":
                    throw new IOException("write", 28);
                case "crash":
                    throw new InvalidOperationException(Secret);
                case "refuse":
                    throw new Refusal(RefusalCode.LaneUnknown, "lane-9").ToRpcException();
                default:
                    break;
            }

            var caller = context.Caller();
            return Task.FromResult(new ListLanesResponse { Lanes = { new Lane { Name = caller.Id, Kind = caller.PersonId } } });
        }
    }

    /// <summary>A watch that sends one event and then none, until its call ends or, with a cursor, until the service stops.</summary>
    internal sealed class EndlessImports(IHostApplicationLifetime lifetime) : ImportService.ImportServiceBase
    {
        public override async Task WatchImports(WatchImportsRequest request, IServerStreamWriter<ImportEvent> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new ImportEvent { Cursor = "1" }, context.CancellationToken);
            var end = request.Cursor.Length == 0 ? context.CancellationToken : lifetime.ApplicationStopping;
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end);
        }
    }
}
