using Gateway.High.Import.Web;
using Gateway.High.Publish;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High.Import.S3;

/// <summary>An end point with one version, for all tests of a class that leave it as it is.</summary>
public sealed class S3Site : IAsyncLifetime
{
    public const string Train = "{\"a\":1}\n";
    public const string Key = "/datasets/lab/sums/1/data/train.jsonl";

    private RetentionOptions? retention;

    internal ReaderBench Bench { get; private set; } = null!;

    internal CreateAccessKeyResponse AccessKey { get; private set; } = null!;

    internal S3Sender Sender { get; private set; } = null!;

    /// <summary>One of a test's own.</summary>
    internal static async Task<S3Site> OpenAsync(RetentionOptions? retention = null)
    {
        var site = new S3Site { retention = retention };
        await site.InitializeAsync();
        return site;
    }

    public async ValueTask InitializeAsync()
    {
        Bench = await ReaderBench.StartAsync(ReaderProtocols.S3, retention);
        AccessKey = await Bench.MakeKeyAsync("lab/*");
        Sender = new S3Sender(Bench, AccessKey);
        await PublishAsync("1", 1);
    }

    public async ValueTask DisposeAsync()
    {
        Sender.Dispose();
        await Bench.DisposeAsync();
    }

    internal Task<ImportRecord> PublishAsync(string version, long sequence) =>
        Bench.High.CarryAsync(Shipment.Of(
            Bench.High, p => p with { Version = version, Sequence = sequence, Files = [("README.md", "# Sums\n"), ("data/train.jsonl", Train), .. version == "1" ? [] : new[] { ("z.txt", version) }] }));
}
