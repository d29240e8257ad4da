using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Gateway.Core.Trust;
using Gateway.Protocol.Low.V1;
using Grpc.Net.Client;

namespace Gateway.SystemTests.Site;

/// <summary>A low side as a process of its own beside a high side, and the `gateway` command of each person.</summary>
internal sealed class LowSite(HighSite high) : IAsyncDisposable
{
    private readonly int servicePort = HighSite.FreePort(SocketType.Stream);

    public string StorageRoot => Path.Combine(high.Directory, "low-storage");

    /// <summary>Where the volumes of a lane of files appear.</summary>
    public string Outbox => Path.Combine(high.Directory, "outbox");

    public RunningProgram? Service { get; private set; }

    public TransferService.TransferServiceClient TransfersAs(string person) => new(Connect($"urn:gateway:person:{person}"));

    public string ConfigurationFile => Path.Combine(high.Directory, "low.json");

    private IPEndPoint ServiceAddress => new(high.Diode is null ? IPAddress.Loopback : IPAddress.Parse(Diode.LowService), servicePort);

    public GrpcChannel Connect(string urn, Authority? issuer = null) => high.ConnectTo(ServiceAddress, urn, issuer);

    private string ContextsFile => Path.Combine(high.Directory, "contexts.json");

    /// <param name="rateBitsPerSecond">Pace of the lane.</param>
    /// <param name="packsWeights">True to pack weights on it.</param>
    public async Task StartAsync(long rateBitsPerSecond = 400_000_000, bool packsWeights = false)
    {
        var (certificate, key) = high.Authority.Issue("urn:gateway:machine:low");
        await WriteKeyAsync(Path.Combine(high.Directory, "low.key"), high.Keys.Low);
        await File.WriteAllTextAsync(ConfigurationFile, JsonSerializer.Serialize(new
        {
            listen = $"{ServiceAddress}",
            tls = new { certificate, key, clientAuthority = high.Authority.CertificateFile },
            storage = new { root = StorageRoot },
            trustRoot = new { file = "trust-root.json", sha256 = high.Keys.TrustRootDigest.Hex, allowDevelopment = true },
            policy = new { directory = Product.DefaultPolicy, sha256 = high.Policy.Digest.Hex },
            signingKey = new { file = "low.key" },
            destinations = new[] { HighSite.Enclave },
            lanes = new[] { LaneConfiguration(rateBitsPerSecond, packsWeights) },
        }));
        await WriteContextsAsync();
        await RestartAsync();
    }

    public async Task RestartAsync()
    {
        string[] arguments = ["--config", ConfigurationFile];
        Service = high.Diode?.StartLow(Product.GatewayLow, arguments, new Dictionary<string, string>()) ?? RunningProgram.Start(Product.GatewayLow, arguments);
        await Service.WaitForLineAsync("istening on", HighSite.Patience);
    }

    /// <summary>Submits a directory as Alice and waits until it can be approved; returns its id.</summary>
    public async Task<string> SubmitAsync(string source, string name, params string[] more)
    {
        string[] arguments =
            ["submit", source, "--name", name, "--version", "1", "--kind", "dataset", "--to", HighSite.Enclave, "--reason", "to test the lane", "--class", "internal", .. more];
        var result = await GatewayAsync("alice", arguments);
        Xunit.Assert.True(result.Code == 0, result.Error);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Xunit.TestContext.Current.CancellationToken);
        deadline.CancelAfter(HighSite.Patience);
        var alice = TransfersAs("alice");
        var transfer = (await alice.ListTransfersAsync(new ListTransfersRequest { PageSize = 1000 }, cancellationToken: deadline.Token)).Transfers.Single(t => t.Artifact.Name == name);
        using var watch = alice.WatchTransfer(new WatchTransferRequest { Name = transfer.Name }, cancellationToken: deadline.Token);
        while (transfer.State != Transfer.Types.State.AwaitingApproval && await watch.ResponseStream.MoveNext(deadline.Token))
        {
            transfer = watch.ResponseStream.Current;
        }

        Xunit.Assert.Equal(Transfer.Types.State.AwaitingApproval, transfer.State);
        return transfer.Name.Split('/')[1];
    }

    /// <summary>Approves as two people what is to be approved; then it crosses.</summary>
    public async Task ApproveAsync(string id)
    {
        var transfer = await TransfersAs("bob").GetTransferAsync(new GetTransferRequest { Name = $"transfers/{id}" });
        foreach (var person in (string[])["bob", "carol"])
        {
            var result = await GatewayAsync(person, "approve", id, "--digest", transfer.ReleaseSha256, "-m", "read and found good");
            Xunit.Assert.True(result.Code == 0, result.Error);
        }
    }

    /// <summary>Runs `gateway` as a person and returns what it printed.</summary>
    public async Task<GatewayResult> GatewayAsync(string person, params string[] arguments)
    {
        await using var program = StartGateway(person, arguments);
        var code = await program.ExitAsync(TimeSpan.FromMinutes(3));
        return new GatewayResult(code, program.StandardOutput, program.StandardError);
    }

    public RunningProgram StartGateway(string person, params string[] arguments)
    {
        string[] all = [.. arguments, "--context", person];
        var environment = new Dictionary<string, string> { ["GATEWAY_CONTEXTS"] = ContextsFile };
        return high.Diode?.StartForPeople(Product.Gateway, all, environment) ?? RunningProgram.Start(Product.Gateway, all, environment);
    }

    public async ValueTask DisposeAsync()
    {
        if (Service is not null)
        {
            await Service.DisposeAsync();
        }
    }

    private Dictionary<string, object> LaneConfiguration(long rateBitsPerSecond, bool packsWeights)
    {
        var lane = new Dictionary<string, object>
        {
            ["id"] = HighSite.Lane,
            ["kind"] = "udp",
            ["targets"] = new[] { $"{high.LaneAddress}" },
            ["mtu"] = 1500,
            ["rateBitsPerSecond"] = rateBitsPerSecond,
        };
        if (high.IsFolder)
        {
            Directory.CreateDirectory(Outbox);
            lane = new() { ["id"] = HighSite.Lane, ["kind"] = "folder", ["directory"] = Outbox, ["volumeBytes"] = 2 << 20, ["parityVolumes"] = 2 };
        }

        lane["compression"] = packsWeights ? "weights" : "none";
        lane[high.LaneKey is null ? "authentication" : "key"] = high.LaneKey is null ? "none" : high.LaneKeyFile;
        return lane;
    }

    private static async Task WriteKeyAsync(string path, SigningKey key)
    {
        await File.WriteAllTextAsync(path, key.ToPem(null));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private async Task WriteContextsAsync()
    {
        var contexts = new Dictionary<string, object>();
        foreach (var (person, key) in new (string, SigningKey)[] { ("alice", high.Keys.Alice), ("bob", high.Keys.Bob), ("carol", high.Keys.Carol), ("erin", high.Keys.Erin), ("ivan", high.Keys.Ivan) })
        {
            var (certificate, tlsKey) = high.Authority.Issue($"urn:gateway:person:{person}");
            var signingKey = Path.Combine(high.Directory, person + ".key");
            await WriteKeyAsync(signingKey, key);
            contexts[person] = new
            {
                low = $"https://{ServiceAddress}",
                high = $"https://{high.ServiceAddress}",
                certificate,
                key = tlsKey,
                authority = high.Authority.CertificateFile,
                signingKey,
                trustRoot = Path.Combine(high.Directory, "trust-root.json"),
                trustRootSha256 = high.Keys.TrustRootDigest.Hex,
            };
        }

        await File.WriteAllTextAsync(ContextsFile, JsonSerializer.Serialize(new { current = "alice", contexts }));
    }
}

/// <summary>What a run of `gateway` said.</summary>
internal sealed record GatewayResult(int Code, string Output, string Error)
{
    /// <summary>The code in `refused: CODE: sentence`, the last line of standard error; empty where there is none.</summary>
    public string Refusal => Error.TrimEnd().Split('\n')[^1] is { } last && last.StartsWith("refused: ", StringComparison.Ordinal) ? last.Split(": ")[1] : "";

    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
