using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Policy;
using Gateway.Core.Wire;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Grpc.Net.Client;

namespace Gateway.SystemTests.Site;

/// <summary>A high side as a process of its own, with its trust root, policy and lane, and the test in the place of the low side.</summary>
internal sealed class HighSite : IAsyncDisposable
{
    /// <summary>Longest wait for a step of a service; generous, because the machine may be busy, and only a failure waits it out.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private GrpcChannel? channel;

    private HighSite(HighSiteSettings settings, Diode? diode)
    {
        (Diode, LaneKey, IsFolder) = (diode, settings.LaneKey, settings.IsFolder);
        var policyDirectory = settings.PolicyDirectory;
        Directory = System.IO.Directory.CreateTempSubdirectory("gateway-high-").FullName;
        StorageRoot = settings.StorageRoot ?? Path.Combine(Directory, "storage");
        Authority = new Authority(Directory);
        var (certificate, key) = Authority.Issue("urn:gateway:machine:high");
        ServiceCertificate = certificate;
        LanePort = FreePort(SocketType.Dgram);
        Policy = OpenPolicy(policyDirectory ?? Product.DefaultPolicy);
        File.WriteAllBytes(Path.Combine(Directory, "trust-root.json"), Keys.TrustRoot.ToBytes());
        File.WriteAllText(ConfigurationFile, JsonSerializer.Serialize(new
        {
            listen = $"{ServiceAddress}",
            tls = new { certificate, key, clientAuthority = Authority.CertificateFile },
            storage = new { root = StorageRoot, minimumFreeBytes = settings.MinimumFreeBytes },
            trustRoot = new { file = "trust-root.json", sha256 = Keys.TrustRootDigest.Hex, allowDevelopment = true },
            policy = new { directory = policyDirectory ?? Product.DefaultPolicy, sha256 = Policy.Digest.Hex },
            enclave = Enclave,
            lanes = new[] { LaneConfiguration(settings) },
        }));
    }

    /// <summary>True where the lane is of files, which somebody carries from the low side's outbox to <see cref="Inbox"/>.</summary>
    public bool IsFolder { get; }

    public string Inbox => Path.Combine(Directory, "inbox");

    public static string Enclave => "enclave-a";

    public static string Lane => "lane-1";

    /// <summary>What lies between this side and the low side; null where the machine cannot have one, and the lane is loopback.</summary>
    public Diode? Diode { get; }

    /// <summary>Where the lane ends.</summary>
    public IPEndPoint LaneAddress => new(Diode is null ? IPAddress.Loopback : Diode.HighLane, LanePort);

    /// <summary>What both sides of the lane share; null where it is not authenticated.</summary>
    public LaneKey? LaneKey { get; }

    /// <summary>A second key of the lane, for a second sender: each key has its own sequence.</summary>
    public LaneKey SpareLaneKey { get; } = LaneKey.Generate();

    public string SpareLaneKeyFile => Path.Combine(Directory, "spare.key");

    public string LaneKeyFile => Path.Combine(Directory, "lane.key");

    /// <summary>Where importers connect.</summary>
    public IPEndPoint ServiceAddress => new(Diode is null ? IPAddress.Loopback : IPAddress.Parse(Diode.HighService), ServicePort);

    public Authority Authority { get; }

    public int ServicePort { get; } = FreePort(SocketType.Stream);

    public Keyring Keys { get; } = new();

    public PolicyBundle Policy { get; }

    public string Directory { get; }

    public string StorageRoot { get; }

    public string Published => Path.Combine(StorageRoot, "published");

    public string ConfigurationFile => Path.Combine(Directory, "high.json");

    public string ServiceCertificate { get; }

    public int LanePort { get; }

    public RunningProgram? Service { get; private set; }

    public ImportService.ImportServiceClient Imports => new(Channel);

    public QuarantineService.QuarantineServiceClient Quarantine => new(Channel);

    public LaneService.LaneServiceClient Lanes => new(Channel);

    public AuditService.AuditServiceClient Audit => new(Channel);

    private GrpcChannel Channel => channel ??= Connect("urn:gateway:person:ivan");

    public static Task<HighSite> StartAsync(string? policyDirectory = null) => StartAsync(new HighSiteSettings { PolicyDirectory = policyDirectory });

    public static async Task<HighSite> StartAsync(HighSiteSettings settings)
    {
        var (diode, _) = await Diode.OpenAsync();
        var site = new HighSite(settings, diode);
        try
        {
            await site.StartServiceAsync();
            return site;
        }
        catch
        {
            // A namespace would outlive the test.
            await site.DisposeAsync();
            throw;
        }
    }

    public async Task StartServiceAsync(IReadOnlyDictionary<string, string>? environment = null)
    {
        environment ??= new Dictionary<string, string>();
        string[] arguments = ["--config", ConfigurationFile];
        Service = Diode?.StartHigh(Product.GatewayHigh, arguments, environment) ?? RunningProgram.Start(Product.GatewayHigh, arguments, environment);
        await Service.WaitForLineAsync("istening on", Patience);
    }

    public async Task KillServiceAsync() => await Service!.KillAsync();

    /// <summary>Waits for the newest state of the import that a session carried to be one of these.</summary>
    public async Task<Import> WaitForAsync(Func<Import, bool> wanted)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Xunit.TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        Import? last = null;
        try
        {
            using var watch = Imports.WatchImports(new WatchImportsRequest(), cancellationToken: deadline.Token);
            while (await watch.ResponseStream.MoveNext(deadline.Token))
            {
                last = watch.ResponseStream.Current.Import;
                if (wanted(last))
                {
                    return last;
                }
            }
        }
        catch (Exception e) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"No such import within {Patience}; the last was {last}. Service:\n{Service?.Output}", e);
        }

        throw new InvalidOperationException("The watch ended.");
    }

    public GrpcChannel Connect(string urn, Authority? issuer = null) => ConnectTo(ServiceAddress, urn, issuer);

    /// <param name="service">Where the service listens.</param>
    /// <param name="urn">Who calls.</param>
    /// <param name="issuer">Who says so; the site's own authority where it is null.</param>
    public GrpcChannel ConnectTo(IPEndPoint service, string urn, Authority? issuer = null)
    {
        var (certificate, key) = (issuer ?? Authority).Issue(urn);
        using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
        var handler = new SocketsHttpHandler { ConnectCallback = Diode is null ? null : Diode.ConnectAsync };
        handler.SslOptions.ClientCertificates = [X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pfx), null)];
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(Authority.CertificateFile) },
        };
        return GrpcChannel.ForAddress($"https://{service}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        if (Service is not null)
        {
            await Service.DisposeAsync();
        }

        if (Diode is not null)
        {
            // Whatever the test did: nothing came back.
            var counts = await Diode.CountsAsync();
            await Diode.DisposeAsync();
            Xunit.Assert.Equal(0, counts.ReturnedFrames);
        }

        Authority.Dispose();
        Keys.Dispose();
        Writable(Directory);
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private Dictionary<string, object> LaneConfiguration(HighSiteSettings settings)
    {
        var lane = new Dictionary<string, object> { ["id"] = Lane, ["kind"] = "udp", ["listen"] = new[] { $"{LaneAddress}" } };
        if (IsFolder)
        {
            System.IO.Directory.CreateDirectory(Inbox);
            lane = new() { ["id"] = Lane, ["kind"] = "folder", ["directory"] = Inbox, ["settleSeconds"] = 1, ["patienceSeconds"] = 3 };
        }

        if (settings.LaneMemoryBytes is { } memory)
        {
            lane["memoryBytes"] = memory;
            lane["receiveBufferBytes"] = memory / 8;
        }

        if (LaneKey is null)
        {
            lane["authentication"] = "none";
            return lane;
        }

        foreach (var (file, key) in new[] { (LaneKeyFile, LaneKey), (SpareLaneKeyFile, SpareLaneKey) })
        {
            File.WriteAllText(file, key.ToText());
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        lane["keys"] = new[] { LaneKeyFile, SpareLaneKeyFile };
        return lane;
    }

    private static PolicyBundle OpenPolicy(string directory) =>
        PolicyBundle.Open(System.IO.Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
                .ToDictionary(f => Path.GetRelativePath(directory, f), ReadSmall))
            .Succeeded(out var bundle, out var refusal) ? bundle : throw new InvalidOperationException(refusal.ToString());

    private static ReadOnlyMemory<byte> ReadSmall(string file) => System.Text.Encoding.UTF8.GetBytes(File.ReadAllText(file));

    private static void Writable(string directory)
    {
        foreach (var inner in System.IO.Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories).Where(d => new DirectoryInfo(d).LinkTarget is null))
        {
            File.SetUnixFileMode(inner, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public static int FreePort(SocketType type)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

/// <summary>What a test wants of a high side.</summary>
internal sealed record HighSiteSettings
{
    /// <summary>The shipped policy where it is null.</summary>
    public string? PolicyDirectory { get; init; }

    /// <summary>Key of the lane; null for a lane without authentication.</summary>
    public LaneKey? LaneKey { get; init; } = LaneKey.Generate();

    /// <summary>True for a lane of files.</summary>
    public bool IsFolder { get; init; }

    /// <summary>Bytes that stay free on its disk.</summary>
    public long MinimumFreeBytes { get; init; } = 1L << 30;

    /// <summary>Memory of the lane in bytes, an eighth of it for the kernel's receive buffer; null for as much as is usual.</summary>
    public long? LaneMemoryBytes { get; init; }

    /// <summary>A directory on a disk of the test's own; null for one beside the other files.</summary>
    public string? StorageRoot { get; init; }
}
