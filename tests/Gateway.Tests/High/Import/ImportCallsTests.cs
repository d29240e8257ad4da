using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gateway.High.Import;
using Gateway.Hosting;
using Gateway.Hosting.Calls;
using Gateway.Hosting.Configuration;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Gateway.Tests.Hosting;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using ImportMessage = Gateway.Protocol.High.V1.Import;

namespace Gateway.Tests.High.Import;

/// <summary>The calls over real gRPC and mutual TLS, on imports that passed all checks.</summary>
public sealed class ImportCallsTests : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private HighBench bench = null!;
    private SiteCertificates site = null!;
    private X509Certificate2 server = null!;
    private WebApplication app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        bench = await HighBench.OpenAsync();
        site = new SiteCertificates("Site", bench.Time.GetUtcNow());
        server = site.Issue(SiteCertificates.ServerPurpose, bench.Time.GetUtcNow().AddDays(30));
        var tls = new TlsOptions(
            directory.Write("server.pem", server.ExportCertificatePem()),
            directory.Write("server.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            directory.Write("clients.pem", site.AuthorityPem));
        var settings = new HostSettings("gateway-high", new IPEndPoint(IPAddress.Loopback, 0), tls, new TelemetryOptions());
        var builder = GatewayHost.CreateBuilder(settings, bench.Enclave.Root, bench.Catalog.AuditAsync, bench.Time).OrRefuse();
        builder.Services.AddSingleton(bench.Catalog);
        builder.Services.AddSingleton(bench.Published);
        builder.Services.AddSingleton(bench.Staging);
        builder.Services.AddSingleton(bench.Waiting);
        builder.Services.AddSingleton(new Gateway.High.Receive.IntakeOptions(long.MaxValue));
        builder.Services.AddSingleton(bench.Manifests);
        builder.Services.AddSingleton<PublishedFileReader>();
        builder.Services.AddSingleton(bench.ReadVerification);
        app = builder.Build();
        app.MapGrpcService<ImportCalls>();
        app.MapGrpcService<QuarantineCalls>();
        await app.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        server.Dispose();
        site.Dispose();
        await bench.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Watch_is_answered_before_there_is_an_event()
    {
        using var channel = Connect("cara");
        using var watch = new ImportService.ImportServiceClient(channel).WatchImports(new WatchImportsRequest(), cancellationToken: Cancellation);
        await watch.ResponseHeadersAsync.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task Importer_finds_an_import_by_id_name_and_version_and_reads_it_whole()
    {
        var published = await bench.CarryAsync(Shipment.Of(bench));
        using var channel = Connect("cara");
        var imports = new ImportService.ImportServiceClient(channel);
        foreach (var name in new[] { $"imports/{published.Id}", "lab/sums", "lab/sums@1", "LAB/Sums@1" })
        {
            var import = await imports.GetImportAsync(new() { Name = name }, cancellationToken: Cancellation);
            Assert.Equal((ImportMessage.Types.State.Published, "published/datasets/lab/sums/1"), (import.State, import.Path));
        }

        var files = await imports.ListImportFilesAsync(new() { Name = $"imports/{published.Id}" }, cancellationToken: Cancellation);
        Assert.Equal(["README.md", "data/test.jsonl", "data/train.jsonl"], files.Files.Select(file => file.Path));
        var whole = await ReadAsync(imports, published.Id, "README.md", 0, 0);
        Assert.Equal("# Sums\n", whole);
        Assert.Equal("ums", await ReadAsync(imports, published.Id, "README.md", 3, 3));
        Assert.Equal("", await ReadAsync(imports, published.Id, "README.md", 100, 0));
    }

    [Fact]
    public async Task Files_are_paged()
    {
        var published = await bench.CarryAsync(Shipment.Of(bench));
        using var channel = Connect("cara");
        var imports = new ImportService.ImportServiceClient(channel);
        var paths = new List<string>();
        var token = "";
        do
        {
            var page = await imports.ListImportFilesAsync(new() { Name = $"imports/{published.Id}", PageSize = 2, PageToken = token }, cancellationToken: Cancellation);
            Assert.InRange(page.Files.Count, 1, 2);
            paths.AddRange(page.Files.Select(file => file.Path));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(["README.md", "data/test.jsonl", "data/train.jsonl"], paths);
    }

    [Theory]
    [InlineData("../../../catalog.db", RefusalCode.PathInvalid)]
    [InlineData(".gateway/verdict.json", RefusalCode.PathInvalid)]
    [InlineData("/etc/passwd", RefusalCode.PathInvalid)]
    [InlineData("data", RefusalCode.FileUnknown)]
    [InlineData("data/none.jsonl", RefusalCode.FileUnknown)]
    public async Task Path_that_is_no_file_of_the_artifact_is_refused(string path, RefusalCode code)
    {
        var published = await bench.CarryAsync(Shipment.Of(bench));
        using var channel = Connect("cara");
        var refused = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(new(channel), published.Id, path, 0, 0));
        Assert.Equal(code, CodeOf(refused));
    }

    [Fact]
    public async Task Watcher_sees_what_was_what_comes_and_resumes_without_gap_or_repeat()
    {
        using var channel = Connect("cara");
        var imports = new ImportService.ImportServiceClient(channel);
        await bench.CarryAsync(Shipment.Of(bench));
        string cursor;
        using (var watch = imports.WatchImports(new(), cancellationToken: Cancellation))
        {
            Assert.Equal(ImportMessage.Types.State.Receiving, (await NextAsync(watch)).Import.State);
            cursor = (await NextAsync(watch)).Cursor;
        }

        using (var watch = imports.WatchImports(new() { Cursor = cursor }, cancellationToken: Cancellation))
        {
            Assert.Equal(ImportMessage.Types.State.Published, (await NextAsync(watch)).Import.State);
            var coming = NextAsync(watch);
            await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "2", Sequence = 2 }));
            var next = await coming;
            Assert.Equal(("2", ImportMessage.Types.State.Receiving), (next.Import.Artifact.Version, next.Import.State));
        }

        var foreign = await Assert.ThrowsAsync<RpcException>(() => NextAsync(imports.WatchImports(new() { Cursor = "x" }, cancellationToken: Cancellation)));
        Assert.Equal(RefusalCode.PageTokenInvalid, CodeOf(foreign));
    }

    [Fact]
    public async Task Importer_acknowledges_once_and_nobody_else_may()
    {
        var published = await bench.CarryAsync(Shipment.Of(bench));
        var request = new AcknowledgeImportRequest { Name = $"imports/{published.Id}", Consumer = "trainer-7", RequestId = Guid.NewGuid().ToString() };
        using var importer = Connect("cara");
        for (var i = 0; i < 2; i++)
        {
            var import = await new ImportService.ImportServiceClient(importer).AcknowledgeImportAsync(request, cancellationToken: Cancellation);
            Assert.Equal(["trainer-7"], import.AcknowledgedBy);
        }

        using var engineer = Connect("eva");
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await new ImportService.ImportServiceClient(engineer).AcknowledgeImportAsync(request, cancellationToken: Cancellation));
        Assert.Equal(RefusalCode.RoleMissing, CodeOf(refused));
        refused = await Assert.ThrowsAsync<RpcException>(
            async () => await new ImportService.ImportServiceClient(engineer).ListImportsAsync(new(), cancellationToken: Cancellation));
        Assert.Equal(RefusalCode.RoleMissing, CodeOf(refused));
    }

    [Fact]
    public async Task Quarantine_says_why_and_gives_no_byte_out()
    {
        var quarantined = await bench.CarryAsync(Shipment.Of(bench).WithByteFlipped(100));
        using var channel = Connect("cara");
        var listed = await new QuarantineService.QuarantineServiceClient(channel).ListQuarantineAsync(new(), cancellationToken: Cancellation);
        Assert.Equal(RefusalCode.DigestMismatch, Assert.Single(listed.Imports).Refusal.Code);
        var refused = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(new(channel), quarantined.Id, "README.md", 0, 0));
        Assert.Equal(RefusalCode.NotPublished, CodeOf(refused));
    }

    private static async Task<string> ReadAsync(ImportService.ImportServiceClient imports, string id, string path, long offset, long limit)
    {
        using var call = imports.ReadImport(new() { Name = $"imports/{id}", Path = path, Offset = offset, Limit = limit }, cancellationToken: Cancellation);
        var text = new StringBuilder();
        await foreach (var part in call.ResponseStream.ReadAllAsync(Cancellation))
        {
            text.Append(part.Data.ToStringUtf8());
        }

        return text.ToString();
    }

    private static async Task<ImportEvent> NextAsync(AsyncServerStreamingCall<ImportEvent> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
        return watch.ResponseStream.Current;
    }

    private static RefusalCode CodeOf(RpcException refused)
    {
        var reason = refused.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason;
        return Enum.Parse<RefusalCode>(reason!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
    }

    private GrpcChannel Connect(string person)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == server.GetCertHashString(),
                ClientCertificateContext = SslStreamCertificateContext.Create(site.Client($"urn:gateway:person:{person}"), null, offline: true),
            },
        };
        return GrpcChannel.ForAddress(app.Urls.Single(), new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }
}
