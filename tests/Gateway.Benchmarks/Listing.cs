using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.High.Import.Web;
using Gateway.High.Publish;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Gateway.Tests.High;
using Gateway.Tests.High.Import;
using Gateway.Tests.High.Import.S3;

namespace Gateway.Benchmarks;

/// <summary>
/// Lists of many artifacts, page by page, in each protocol: what the first page and the last one take, and what the process holds afterwards. The artifacts are in the
/// catalog by its own path, each with its signed manifest of one file in the published tree; service and client are in this process.
/// </summary>
internal static partial class Listing
{
    private const int PageSize = 1_000;

    public static async Task RunAsync(int artifacts)
    {
        var high = await HighBench.OpenAsync(now: TimeProvider.System.GetUtcNow());
        var clock = Stopwatch.StartNew();
        for (var number = 0; number < artifacts; number++)
        {
            await PublishAsync(high, number);
        }

        Console.WriteLine($"{artifacts} artifacts, put into the catalog in {clock.Elapsed.TotalSeconds:0} s; pages of {PageSize}; {Environment.ProcessorCount} cores");
        var bench = await ReaderBench.StartAsync(high, ReaderProtocols.HuggingFace, ReaderProtocols.Oci, ReaderProtocols.S3);
        var key = await bench.MakeKeyAsync("lab/*");
        using var client = bench.Client(key.Token);
        using var s3 = new S3Sender(bench, key);
        using var channel = bench.Connect("cara");
        var imports = new ImportService.ImportServiceClient(channel);
        Console.WriteLine($"{"",-34}{"first ms",10}{"last ms",10}{"slowest ms",12}{"pages",7}{"names",8}{"heap MiB",10}{"RSS MiB",9}");
        Memory("before", "");
        for (var pass = 1; pass <= 2; pass++)
        {
            await WalkAsync($"gRPC ListImports, pass {pass}", "", async token =>
            {
                var page = await imports.ListImportsAsync(new() { PageSize = PageSize, PageToken = token });
                return (page.Imports.Count, page.NextPageToken);
            });
            await WalkAsync($"hub /api/datasets, pass {pass}", $"{bench.Addresses[0]}/api/datasets?limit={PageSize}", address => GetAsync(client, address, bench.Addresses[0], HubName()));
            await WalkAsync($"S3 ListObjectsV2, pass {pass}", "-", async token =>
            {
                var page = await s3.XmlAsync($"/datasets?{(token == "-" ? "" : $"continuation-token={Uri.EscapeDataString(token)}&")}list-type=2&max-keys={PageSize}");
                string? Value(string name) => page.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
                return (int.Parse(Value("KeyCount")!, CultureInfo.InvariantCulture), Value("NextContinuationToken") ?? "");
            });
            await WalkAsync($"registry _catalog, pass {pass}", $"{bench.Addresses[1]}/v2/_catalog?n={PageSize}", address => GetAsync(client, address, bench.Addresses[1], RegistryName()));
        }

        // With the high side.
        await bench.DisposeAsync();
    }

    private static async Task WalkAsync(string what, string first, Func<string, Task<(int Names, string Next)>> page)
    {
        var (times, names, token) = (new List<TimeSpan>(), 0, first);
        do
        {
            var clock = Stopwatch.StartNew();
            (var count, token) = await page(token);
            times.Add(clock.Elapsed);
            names += count;
        }
        while (token.Length > 0);
        Memory(what, $"{times[0].TotalMilliseconds,10:0.0}{times[^1].TotalMilliseconds,10:0.0}{times.Max().TotalMilliseconds,12:0.0}{times.Count,7}{names,8}");
    }

    private static void Memory(string what, string times)
    {
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"{what,-34}{times,-47}{heap / (double)(1 << 20),10:0.0}{process.WorkingSet64 >> 20,9}");
    }

    private static async Task<(int Names, string Next)> GetAsync(HttpClient client, string address, string origin, Regex name)
    {
        using var answer = (await client.GetAsync(new Uri(address))).EnsureSuccessStatusCode();
        var text = await answer.Content.ReadAsStringAsync();
        var next = answer.Headers.TryGetValues("Link", out var links) ? links.Single()[1..links.Single().IndexOf('>', StringComparison.Ordinal)] : "";
        return (name.Count(text), next.StartsWith('/') ? origin + next : next);
    }

    /// <summary>Publishes as the catalog does it: begun, all bytes here, published. Of the checks nothing is run.</summary>
    private static async Task PublishAsync(HighBench high, int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"lab/sums-{number:00000}");
        var bytes = "{\"a\":1}\n"u8.ToArray();
        var artifact = Value(ArtifactName.Parse(ArtifactKind.Dataset, name, "1"));
        var manifest = Value(Manifest.Create(
            new ManifestHead(artifact, "internal", "eva", "training", "CC0-1.0", ""), [new ManifestFile(Value(ArtifactPath.Parse("rows.jsonl")), bytes.Length, Digest.Of(bytes), "jsonl")]));
        var envelope = Envelope.Sign(manifest.ToPayload(), high.People.Eva);
        var document = high.Published.DocumentOf(artifact, PublishedFiles.Manifest);
        Directory.CreateDirectory(Path.GetDirectoryName(document)!);
        await File.WriteAllBytesAsync(document, envelope.ToBytes());
        await File.WriteAllBytesAsync(Path.Combine(high.Published.DirectoryOf(artifact), "rows.jsonl"), bytes);
        var claim = new ImportClaim
        {
            TransferId = $"{number + 1:x32}",
            Release = Digest.Of(BitConverter.GetBytes(number)),
            Manifest = envelope.PayloadDigest,
            Artifact = artifact,
            Class = "internal",
            Submitter = "eva",
            Approvers = ["ann", "bob"],
            Files = 1,
            Bytes = bytes.Length,
            Sequence = 1,
            NotAfter = high.Time.GetUtcNow().AddDays(7),
        };
        Value(await high.Catalog.BeginAsync(claim, new(HighBench.Lane, number + 1), blocks: 1, _ => null, () => { }, default));
        await high.Catalog.ProgressAsync(claim.TransferId, new(bytes.Length, [0x01]), bytes.Length, 0, sessionEnded: true, default);
        if (await high.Catalog.PublishAsync(claim.TransferId, default) is { } refusal)
        {
            throw new InvalidOperationException(refusal.ToString());
        }
    }

    private static T Value<T>(Outcome<T> outcome)
        where T : notnull => outcome.Succeeded(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.ToString());

    [GeneratedRegex("\"id\":\"lab/")]
    private static partial Regex HubName();

    [GeneratedRegex("\"datasets/lab/")]
    private static partial Regex RegistryName();
}
