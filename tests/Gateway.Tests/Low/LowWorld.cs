using System.Collections.Frozen;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Policy;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Low;
using Gateway.Low.Send;
using Gateway.Protocol.Low.V1;
using Gateway.Tests.Hosting;
using Gateway.Tests.Rules;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using ArtifactKind = Gateway.Core.Manifests.ArtifactKind;

namespace Gateway.Tests.Low;

/// <summary>
/// The low side as it runs in production, on loopback, with people: ada and eve submit, bob, carol and dan approve, olga audits, alan is
/// admin. Its lane leads to a socket that is never read.
/// </summary>
internal sealed class LowWorld : IAsyncDisposable
{
    private static readonly IReadOnlyDictionary<string, Role[]> People = new Dictionary<string, Role[]>
    {
        ["ada"] = [Role.Engineer],
        ["eve"] = [Role.Engineer, Role.Approver],
        ["bob"] = [Role.Approver],
        ["carol"] = [Role.Approver],
        ["dan"] = [Role.Approver],
        ["olga"] = [Role.Auditor],
        ["alan"] = [Role.Admin],
    };

    private readonly TemporaryDirectory directory = new();
    private readonly TimeProvider clock;
    private readonly SiteCertificates site;
    private readonly X509Certificate2 server;
    private readonly UdpClient diode = new(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
    private readonly Dictionary<string, GrpcChannel> channels = [];
    private WebApplication? app;

    private LowWorld(TimeProvider clock)
    {
        this.clock = clock;
        site = new SiteCertificates("Site", clock.GetUtcNow());
        server = site.Issue(SiteCertificates.ServerPurpose, clock.GetUtcNow().AddDays(200));
        Keys = People.Keys.Append("low-1").ToDictionary(id => id, _ => SigningKey.Generate(KeyKind.Ed25519));
    }

    public IReadOnlyDictionary<string, SigningKey> Keys { get; }

    /// <summary>The key of the lane.</summary>
    public Gateway.Core.Wire.LaneKey? LaneKey => Lane.Key;

    /// <summary>The lane inside the service.</summary>
    public OutboundLane Lane => app!.Services.GetRequiredService<FrozenDictionary<string, OutboundLane>>()["lane-1"];

    public string StagePath(string name) => directory[Path.Combine("store", "staging", name["transfers/".Length..])];

    public static async Task<LowWorld> StartAsync(TimeProvider? clock = null, string settings = "")
    {
        var world = new LowWorld(clock ?? TimeProvider.System);
        world.Configure(settings);
        await world.StartAsync();
        return world;
    }

    /// <summary>Stops the service and starts it again on the same storage.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async Task StopAsync()
    {
        foreach (var channel in channels.Values)
        {
            channel.Dispose();
        }

        channels.Clear();
        await app!.StopAsync();
        await app.DisposeAsync();
        app = null;
    }

    public TransferService.TransferServiceClient Transfers(string person) => new(Channel(person));

    public ApprovalService.ApprovalServiceClient Approvals(string person) => new(Channel(person));

    public ReviewService.ReviewServiceClient Reviews(string person) => new(Channel(person));

    public GrpcChannel Channel(string person)
    {
        if (!channels.TryGetValue(person, out var channel))
        {
            var certificate = site.Client($"urn:gateway:person:{person}");
            channels.Add(person, channel = GrpcChannel.ForAddress(app!.Urls.Single(), new GrpcChannelOptions
            {
                HttpHandler = new SocketsHttpHandler
                {
                    SslOptions = new SslClientAuthenticationOptions
                    {
                        RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == server.GetCertHashString(),
                        ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
                    },
                },
                DisposeHttpClient = true,
            }));
        }

        return channel;
    }

    public static CreateTransferRequest Request(SampleArtifact artifact, string person = "ada") => new()
    {
        RequestId = Guid.NewGuid().ToString(),
        Artifact = new Protocol.V1.Artifact { Kind = Protocol.V1.ArtifactKind.Dataset, Name = artifact.Name, Version = artifact.Version },
        Class = "internal",
        Destination = "enclave-a",
        Purpose = $"{person} wants it",
        TotalBytes = artifact.Bytes.Length,
        Files = artifact.Files.Count,
    };

    /// <summary>The first records of the audit record.</summary>
    public async Task<IReadOnlyList<Protocol.V1.AuditRecord>> AuditAsync() =>
        (await new Protocol.V1.AuditService.AuditServiceClient(Channel("olga")).ListAuditRecordsAsync(new() { PageSize = 1000 })).Records;

    public async Task<UploadTransferResponse> UploadAsync(string person, string name, ReadOnlyMemory<byte> bytes, long offset = 0, int partBytes = 64 << 10)
    {
        using var call = Transfers(person).UploadTransfer();
        for (var at = 0; at < bytes.Length || at == 0; at += partBytes)
        {
            var part = bytes[at..Math.Min(bytes.Length, at + partBytes)];
            await call.RequestStream.WriteAsync(new UploadTransferRequest
            {
                Name = at == 0 ? name : "",
                Offset = offset + at,
                Data = ByteString.CopyFrom(part.Span),
            });
        }

        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    public byte[] ManifestOf(SampleArtifact artifact, string person = "ada", string signer = "")
    {
        var name = ArtifactName.Parse(ArtifactKind.Dataset, artifact.Name, artifact.Version).OrRefuse();
        var manifest = Manifest.Create(
            new ManifestHead(name, "internal", person, $"{person} wants it", "Apache-2.0", ""),
            artifact.Files.Select(file => new ManifestFile(
                ArtifactPath.Parse(file.Path).OrRefuse(), file.Bytes.Length, Digest.Of(file.Bytes), file.Format))).OrRefuse();
        return Envelope.Sign(manifest.ToPayload(), Keys[signer.Length == 0 ? person : signer]).ToBytes();
    }

    public async Task<Transfer> SubmitAsync(string person, string name, ReadOnlyMemory<byte> manifest)
    {
        using var call = Transfers(person).SubmitTransfer();
        for (var at = 0; at < manifest.Length; at += 1000)
        {
            await call.RequestStream.WriteAsync(new SubmitTransferRequest
            {
                Name = at == 0 ? name : "",
                RequestId = at == 0 ? Guid.NewGuid().ToString() : "",
                ManifestEnvelope = ByteString.CopyFrom(manifest[at..Math.Min(manifest.Length, at + 1000)].Span),
            });
        }

        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    /// <summary>Creates, uploads and submits an artifact, and waits until it is where it should be.</summary>
    public async Task<Transfer> BringAsync(SampleArtifact artifact, Transfer.Types.State until, string person = "ada")
    {
        var created = await Transfers(person).CreateTransferAsync(Request(artifact, person));
        await UploadAsync(person, created.Name, artifact.Bytes);
        await SubmitAsync(person, created.Name, ManifestOf(artifact, person));
        return await ReachAsync(created.Name, until);
    }

    public async Task<Transfer> ApproveAsync(string person, Transfer transfer, string signer = "")
    {
        var key = Keys[signer.Length == 0 ? person : signer];
        var payload = Envelope.Parse(await ReadAsync(person, transfer.Name, Document.Release)).OrRefuse().Payload;
        return await Approvals(person).ApproveTransferAsync(new ApproveTransferRequest
        {
            Name = transfer.Name,
            RequestId = Guid.NewGuid().ToString(),
            ReleaseSha256 = transfer.ReleaseSha256,
            KeyId = key.Public.KeyId,
            Signature = ByteString.CopyFrom(key.Sign(Dsse.Pae(Dsse.PayloadType, payload.Span))),
            Message = "looked at it",
        });
    }

    public async Task<byte[]> ReadAsync(string person, string name, Document document)
    {
        using var call = Transfers(person).ReadDocument(new ReadDocumentRequest { Name = name, Document = document });
        using var bytes = new MemoryStream();
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            call.ResponseStream.Current.Data.WriteTo(bytes);
        }

        return bytes.ToArray();
    }

    /// <summary>Watches until the transfer is in a state; fails when it ends in another one.</summary>
    public async Task<Transfer> ReachAsync(string name, Transfer.Types.State state)
    {
        using var call = Transfers("olga").WatchTransfer(new WatchTransferRequest { Name = name }, deadline: DateTime.MaxValue);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        Transfer? last = null;
        while (await call.ResponseStream.MoveNext(patience.Token))
        {
            last = call.ResponseStream.Current;
            if (last.State == state)
            {
                return last;
            }
        }

        throw new InvalidOperationException($"It ended as {last?.State} instead of {state}: {last?.Refusal}");
    }

    public Task<Outcome<WebApplication>> BuildAsync() => LowService.BuildAsync(directory["low.json"], clock, TestContext.Current.CancellationToken);

    public string Read(string file) => File.ReadAllText(directory[file]);

    public void Overwrite(string file, string content) => directory.Write(file, content);

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await StopAsync();
        }

        foreach (var key in Keys.Values)
        {
            key.Dispose();
        }

        diode.Dispose();
        server.Dispose();
        site.Dispose();
        directory.Dispose();
    }

    private async Task StartAsync()
    {
        app = (await BuildAsync()).OrRefuse();
        await app.StartAsync();
    }

    private void Configure(string settings)
    {
        using var rootKey = SigningKey.Generate(KeyKind.EcdsaP384);
        var draft = TrustRootDraft.Start("test", development: true, clock.GetUtcNow().AddDays(100), [rootKey.Public], 1);
        draft = People.Aggregate(draft, (d, person) => d.With(new TrustedPerson(person.Key, person.Value, [Keys[person.Key].Public])))
            .With(new TrustedMachine("low-1", "alan", [Role.Inspector], [Keys["low-1"].Public]))
            .With(new TrustedClass("internal", 2));
        var root = Envelope.Sign(draft.ToPayload().OrRefuse(), rootKey);
        File.WriteAllBytes(directory["root.json"], root.ToBytes());
        directory.Write("tls.pem", server.ExportCertificatePem());
        directory.Write("tls.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        directory.Write("clients.pem", site.AuthorityPem);
        directory.Write("low-1.pem", Keys["low-1"].ToPem(null));
        directory.Write("lane.key", Gateway.Core.Wire.LaneKey.Generate().ToText());
        foreach (var secret in new[] { "low-1.pem", "lane.key" })
        {
            File.SetUnixFileMode(directory[secret], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var policies = Path.Combine(Repository.Root, "policies", "default");
        var policy = PolicyBundle.Read(
            Directory.EnumerateFiles(policies, "*", SearchOption.AllDirectories)
                .Select(file => new PolicySource(Path.GetRelativePath(policies, file), () => File.OpenRead(file)))).OrRefuse();
        directory.Write("low.json", string.Create(CultureInfo.InvariantCulture,
            $$"""
            {
              "listen": "127.0.0.1:0",
              "tls": { "certificate": "tls.pem", "key": "tls.key", "clientAuthority": "clients.pem" },
              "storage": { "root": "store", "minimumFreeBytes": 67108864, "maximumArtifactBytes": 1099511627776 },
              "trustRoot": { "file": "root.json", "sha256": "{{root.PayloadDigest}}", "allowDevelopment": true },
              "policy": { "directory": {{JsonSerializer.Serialize(policies)}}, "sha256": "{{policy.Digest}}" },
              "signingKey": { "file": "low-1.pem" },
              "destinations": ["enclave-a"],{{settings}}
              "lanes": [{ "id": "lane-1", "kind": "udp", "targets": ["{{diode.Client.LocalEndPoint}}"], "mtu": 1500, "rateBitsPerSecond": 1000000000, "key": "lane.key" }]
            }
            """));
    }
}

/// <summary>A small artifact whose files are all text.</summary>
internal sealed record SampleArtifact(string Name, string Version, IReadOnlyList<(string Path, byte[] Bytes, string Format)> Files)
{
    /// <summary>The byte stream: the files in the order of their paths.</summary>
    public byte[] Bytes { get; } = [.. Files.OrderBy(file => file.Path, StringComparer.Ordinal).SelectMany(file => file.Bytes)];

    public static SampleArtifact Of(string name = "acme/corpus", string version = "1", string text = "one line\n") => new(
        name,
        version,
        [
            ("README.md", System.Text.Encoding.UTF8.GetBytes("# Corpus\n"), "text"),
            ("data/part.txt", System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, 20_000))), "text"),
            ("empty.txt", [], "text"),
        ]);
}
