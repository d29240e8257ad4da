using Gateway.Core;
using Gateway.Protocol.Low.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Google.Protobuf;
using Xunit;
using State = Gateway.Protocol.Low.V1.Transfer.Types.State;

namespace Gateway.SystemTests.BadInput;

/// <summary>Both sides for all bad input: that they still answer after each refusal is part of what the tests show.</summary>
public sealed class BothSides : IAsyncLifetime
{
    private static int made;

    internal HighSite High { get; private set; } = null!;

    internal LowSite Low { get; private set; } = null!;

    internal TransferService.TransferServiceClient Alice { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        High = await HighSite.StartAsync();
        Low = new LowSite(High);
        await Low.StartAsync();
        Alice = Low.TransfersAs("alice");
    }

    public async ValueTask DisposeAsync()
    {
        await Low.DisposeAsync();
        await High.DisposeAsync();
    }

    /// <summary>A name that no other test uses.</summary>
    internal static string NewName() => $"input/case-{Interlocked.Increment(ref made)}";

    /// <summary>An honest artifact of Alice's, for a test to spoil.</summary>
    internal HostileTransfer Honest() => new(High.Keys, new PolicyBundleFacts(High.Policy.Digest, High.Policy.Version)) { Name = NewName() };

    /// <summary>A directory to submit, with these files in it.</summary>
    internal string Source(params IReadOnlyList<(string Path, string Content)> files)
    {
        var directory = Directory.CreateDirectory(Path.Combine(High.Directory, $"source-{Interlocked.Increment(ref made)}")).FullName;
        foreach (var (path, content) in files)
        {
            var full = Path.Combine(directory, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, content);
        }

        return directory;
    }

    /// <summary>`gateway submit` of a dataset; later arguments override earlier ones.</summary>
    internal Task<GatewayResult> SubmitAsync(string person, string source, string name, params string[] more) => Low.GatewayAsync(person, Arguments(source, name, more));

    internal static string[] Arguments(string source, string name, params string[] more)
    {
        string[] usual = ["--name", name, "--version", "1", "--kind", "dataset", "--to", HighSite.Enclave, "--reason", "to test the gateway", "--class", "internal"];
        var kept = usual.Chunk(2).Where(pair => !more.Contains(pair[0])).SelectMany(pair => pair);
        return ["submit", source, .. kept, .. more];
    }

    /// <summary>The command was refused with this code and says the way out, and both services answer.</summary>
    internal async Task AssertRefusedAsync(RefusalCode code, GatewayResult result)
    {
        Assert.True(result.Code == 1, $"exit code {result.Code}\n{result.Error}");
        Assert.True(result.Refusal == RefusalCatalogue.Of(code).Name, result.Error);
        Assert.EndsWith(RefusalCatalogue.Of(code).WayOut, result.Error.TrimEnd(), StringComparison.Ordinal);
        await AssertUpAsync();
    }

    /// <summary>Both services still answer.</summary>
    internal async Task AssertUpAsync()
    {
        await Alice.ListTransfersAsync(new ListTransfersRequest { PageSize = 1 });
        await High.Imports.ListImportsAsync(new Protocol.High.V1.ListImportsRequest { PageSize = 1 });
    }

    /// <summary>Creates a transfer for an artifact and uploads its bytes as its submitter would, by hand.</summary>
    internal async Task<Transfer> UploadByHandAsync(HostileTransfer artifact)
    {
        var transfer = await Alice.CreateTransferAsync(RequestFor(artifact));
        using var call = Alice.UploadTransfer();
        await call.RequestStream.WriteAsync(new UploadTransferRequest { Name = transfer.Name, Data = ByteString.CopyFrom(artifact.Bytes) });
        await call.RequestStream.CompleteAsync();
        await call.ResponseAsync;
        return transfer;
    }

    internal static CreateTransferRequest RequestFor(HostileTransfer artifact) => new()
    {
        RequestId = Guid.NewGuid().ToString(),
        Artifact = new Protocol.V1.Artifact { Kind = (Protocol.V1.ArtifactKind)(int)artifact.Kind, Name = artifact.Name, Version = artifact.Version },
        Class = artifact.Class,
        Destination = HighSite.Enclave,
        Purpose = "to test the gateway",
        TotalBytes = artifact.Bytes.Length,
        Files = artifact.Files.Count,
    };

    /// <summary>Waits for a state; fails with the refusal where the transfer ends in another.</summary>
    internal async Task<Transfer> ReachAsync(string name, State state, TimeSpan? within = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(within ?? HighSite.Patience);
        using var watch = Alice.WatchTransfer(new WatchTransferRequest { Name = name }, cancellationToken: deadline.Token);
        Transfer? last = null;
        while (await watch.ResponseStream.MoveNext(deadline.Token))
        {
            last = watch.ResponseStream.Current;
            if (last.State == state)
            {
                return last;
            }
        }

        throw new InvalidOperationException($"It ended as {last}.");
    }

    /// <summary>The transfer of an artifact's name, in whatever state it is.</summary>
    internal async Task<Transfer?> FindAsync(string artifact) =>
        (await Alice.ListTransfersAsync(new ListTransfersRequest { PageSize = 1000 })).Transfers.SingleOrDefault(t => t.Artifact.Name == artifact);
}

/// <summary>The tests that share them run one after another: each looks at what a step before it left.</summary>
[CollectionDefinition(nameof(BothSides))]
public sealed class SharedByTests : ICollectionFixture<BothSides>;
