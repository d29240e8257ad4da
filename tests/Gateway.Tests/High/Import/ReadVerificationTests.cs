using System.Net;
using System.Text;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import.Web;
using Gateway.High.Scrubbing;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Gateway.Tests.High.Import.Oci;
using Gateway.Tests.High.Import.S3;
using Grpc.Core;
using Xunit;

namespace Gateway.Tests.High.Import;

/// <summary>Readers that ask for what they get to be hashed first: on every surface, once for all that ask at a time, and with the consequences of a scrub.</summary>
public sealed class ReadVerificationTests
{
    private const string Train = "data/train.jsonl";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string DigestOfTrain => $"sha-256=:{Convert.ToBase64String(Convert.FromHexString(Digest.Of("{\"a\":1}\n"u8).Hex))}:";

    [Fact]
    public async Task Verified_read_of_a_sound_file_gives_its_bytes_and_a_rotten_one_is_withdrawn_before_the_first()
    {
        await using var bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);
        var import = await bench.High.CarryAsync(Small(bench.High));
        using var channel = bench.Connect("cara");
        var imports = new ImportService.ImportServiceClient(channel);
        Assert.Equal("a\":1}\n", await ReadAsync(imports, import, Train, verify: true, offset: 2));
        Assert.Equal(RefusalCode.FileUnknown, await CodeAsync(imports, import, "data", verify: true));

        bench.High.Flip(import, Train, byteAt: 7, bit: 0);
        Assert.Equal("{", await ReadAsync(imports, import, Train, verify: false, limit: 1));
        Assert.Equal(RefusalCode.FileRotten, await CodeAsync(imports, import, Train, verify: true, limit: 1));
        Assert.Equal(RefusalCode.NotPublished, await CodeAsync(imports, import, Train, verify: true));
        Assert.Equal(RefusalCode.NotPublished, await CodeAsync(imports, import, "README.md", verify: false));
        Assert.Empty(bench.High.Visible());

        var after = await bench.High.FindAsync(import.Id);
        Assert.Equal((ImportState.Incomplete, RefusalCode.FileRotten), (after.State, after.Refusal?.Code));
        Assert.Equal((import.Id, Train), (await bench.High.Catalog.ListRottenAsync(10, Cancellation)).Select(file => (file.Import.Id, file.Path)).Single());
        var record = Assert.Single(await bench.High.Catalog.ListAuditAsync(0, 1_000, Cancellation), record => record.Entry.Action == "read.rotten");
        Assert.Equal((import.Id, $"{import.Claim!.Artifact}: {Train}", RefusalCode.FileRotten), (record.Entry.TransferId, record.Entry.Detail, record.Entry.Refusal));
        Assert.Null(await bench.High.Catalog.FindScrubRunAsync(Cancellation));
    }

    [Fact]
    public async Task Just_the_blocks_of_what_is_rotten_are_asked_for_and_its_own_transfer_mends_it()
    {
        await using var bench = await HighBench.OpenAsync();
        var text = string.Concat(Enumerable.Repeat($"{new string('x', 99)}\n", 2_000));
        var shipment = Shipment.Of(bench, p => p with { Files = [("a.txt", $"a{text}"), ("b.txt", $"b{text}"), ("c.txt", $"c{text}"), ("d.txt", $"d{text}")] });
        var import = await bench.CarryAsync(shipment);
        bench.Flip(import, "c.txt", byteAt: 70_000, bit: 0);
        bench.Flip(import, "a.txt", byteAt: 5, bit: 3);
        Assert.Equal(RefusalCode.FileRotten, (await CheckAsync(bench, import, "c.txt"))?.Code);

        // The others are hashed after the reader has its answer.
        await Until(async () => (await bench.Catalog.ListRottenAsync(10, Cancellation)).Count == 2);
        var after = await bench.FindAsync(import.Id);
        Assert.InRange(after.ReceivedBytes, import.Claim!.Bytes / 8, import.Claim.Bytes / 2);
        Assert.Equal(["a.txt", "c.txt"], Directory.GetFiles(Path.Combine(bench.Root, "quarantine", $"rotten-{import.Id}")).Select(Path.GetFileName).Order());
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(shipment, session: 2)).State);
        Assert.Null(await CheckAsync(bench, import, "c.txt"));
    }

    [Fact]
    public async Task Readers_of_one_file_share_one_hashing_and_only_so_many_files_are_hashed_at_a_time()
    {
        await using var bench = await HighBench.OpenAsync();
        var imports = new List<ImportRecord>();
        for (var i = 0; i <= ReadVerification.MaximumHashes; i++)
        {
            imports.Add(await bench.CarryAsync(Shipment.Of(bench, p => p with { Name = $"lab/sums-{i}" }), session: (ulong)i + 1));
            bench.Flip(imports[i], Train, byteAt: 0, bit: 0);
        }

        var whole = await bench.CarryAsync(Shipment.Of(bench, p => p with { Name = "lab/whole" }), session: 100);

        // What is found rotten waits until nothing is being published, and its readers with it.
        var published = new TaskCompletionSource<bool>();
        var publishing = bench.Publication.AloneAsync(() => published.Task, Cancellation);
        var readers = imports.SelectMany(import => Enumerable.Range(0, 20).Select(_ => CheckAsync(bench, import, Train)).ToList()).ToList();
        await Until(() => Task.FromResult(bench.ReadVerification.Begun >= ReadVerification.MaximumHashes));
        var sound = CheckAsync(bench, whole, Train);
        Assert.False(sound.IsCompleted);
        Assert.Equal(ReadVerification.MaximumHashes, bench.ReadVerification.Begun);
        published.SetResult(true);
        await publishing;

        Assert.All(await Task.WhenAll(readers), refusal => Assert.Equal(RefusalCode.FileRotten, refusal?.Code));
        Assert.Null(await sound);
        Assert.Equal(imports.Count + 1, bench.ReadVerification.Begun);
        Assert.Equal(imports.Count, (await bench.Catalog.ListAuditAsync(0, 1_000, Cancellation)).Count(record => record.Entry.Action == "read.rotten"));
    }

    [Fact]
    public async Task Reader_that_hangs_up_takes_no_answer_from_the_others_and_a_find_is_dealt_with_though_all_did()
    {
        await using var bench = await HighBench.OpenAsync();
        var import = await bench.CarryAsync(Shipment.Of(bench));
        bench.Flip(import, Train, byteAt: 0, bit: 0);
        var published = new TaskCompletionSource<bool>();
        var publishing = bench.Publication.AloneAsync(() => published.Task, Cancellation);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var first = CheckAsync(bench, import, Train, gone.Token);
        var second = CheckAsync(bench, import, Train);
        await Until(() => Task.FromResult(bench.ReadVerification.Begun == 1));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);
        published.SetResult(true);
        await publishing;
        Assert.Equal(RefusalCode.FileRotten, (await second)?.Code);
        Assert.Equal(ImportState.Incomplete, (await bench.FindAsync(import.Id)).State);
    }

    [Fact]
    public async Task Finding_from_before_a_version_was_mended_says_nothing_of_it()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        var import = await bench.CarryAsync(shipment);
        var looked = bench.Time.GetUtcNow();
        bench.Flip(import, Train, byteAt: 0, bit: 0);
        Assert.Equal(RefusalCode.FileRotten, (await CheckAsync(bench, import, Train))?.Code);
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(shipment, session: 2)).State);
        Assert.False(await bench.Damage.WithdrawAsync(new RotFinding(import, looked, Run: null), rotten: 2, sound: 0, Cancellation));
        Assert.Equal(ImportState.Published, (await bench.FindAsync(import.Id)).State);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await bench.Damage.WithdrawAsync(new RotFinding(import, bench.Time.GetUtcNow(), Run: null), rotten: 2, sound: 0, Cancellation));
    }

    [Theory]
    [InlineData("sha-256=1", true)]
    [InlineData("sha-256=10", true)]
    [InlineData(" sha-512=10, sha-256=3 ", true)]
    [InlineData("sha-512=10 \t, \tsha-256=3;x;y=\"a,\\\"b\";z=:YQ==:;u=?1;v=tok/en;w=-1.5", true)]
    [InlineData("sha-256=0, sha-256=2", true)]
    [InlineData("sha-256=2, sha-256=0", false)]
    [InlineData("sha-256=0", false)]
    [InlineData("sha-512=10", false)]
    [InlineData("", false)]
    [InlineData("sha-256", false)]
    [InlineData("sha-256=11", false)]
    [InlineData("sha-256=-1", false)]
    [InlineData("sha-256=1.0", false)]
    [InlineData("sha-256=high", false)]
    [InlineData("sha-256=1,", false)]
    [InlineData("sha-256=1,,sha-512=1", false)]
    [InlineData("sha-256=1 sha-512=1", false)]
    [InlineData("sha-256 = 1", false)]
    [InlineData("SHA-256=1", false)]
    [InlineData("sha-256=1, \"x\"=2", false)]
    [InlineData("sha-256=1;=2", false)]
    [InlineData("sha-256=99999999999999999999", false)]
    public void Wish_is_read_as_a_dictionary_of_weights_and_ignored_where_it_is_none(string field, bool wanted)
    {
        Assert.Equal(wanted, ReprDigest.IsWanted(field));
        Assert.Equal(wanted, ReprDigest.IsWanted(new([field, "unixsum=1"])) && field.Length > 0);
    }

    [Fact]
    public async Task Hub_answers_with_the_digest_of_the_whole_where_it_is_wanted_and_disables_what_is_rotten()
    {
        await using var bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);
        var import = await bench.High.CarryAsync(Small(bench.High));
        using var hub = bench.Client((await bench.MakeKeyAsync("lab/*")).Token);
        await CheckAnswersAsync(bench, import, Get);

        bench.High.Flip(import, Train, byteAt: 7, bit: 0);
        using var rotten = await Get(HttpMethod.Get, ("Want-Repr-Digest", "sha-256=1"), ("Range", "bytes=0-0"));
        Assert.Equal((HttpStatusCode.Forbidden, "Access to this resource is disabled."), (rotten.StatusCode, rotten.Headers.GetValues("X-Error-Message").Single()));
        Assert.False(rotten.Headers.Contains(ReprDigest.Header));
        Assert.Equal(ImportState.Incomplete, (await bench.High.FindAsync(import.Id)).State);
        using var after = await Get(HttpMethod.Get);
        Assert.NotEqual(HttpStatusCode.OK, after.StatusCode);

        Task<HttpResponseMessage> Get(HttpMethod method, params (string Name, string Value)[] headers) => SendAsync(hub, method, "/datasets/lab/sums/resolve/1/data/train.jsonl", headers);
    }

    [Fact]
    public async Task Registry_answers_with_the_digest_where_it_is_wanted_and_denies_what_is_rotten()
    {
        await using var bench = await OciBench.StartAsync();
        var import = await bench.PublishAsync("1", 1);
        var blob = $"{OciBench.Sums}/blobs/{OciBench.DigestOf(OciBench.Train)}";
        await CheckAnswersAsync(bench.Readers, import, (method, headers) => bench.SendAsync(method, blob, headers));

        bench.Readers.High.Flip(import, Train, byteAt: 0, bit: 4);
        using var rotten = await bench.SendAsync(HttpMethod.Get, blob, ("Want-Repr-Digest", "sha-256=1"));
        Assert.Equal(HttpStatusCode.Forbidden, rotten.StatusCode);
        Assert.Contains("\"DENIED\"", await rotten.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(ImportState.Incomplete, (await bench.Readers.High.FindAsync(import.Id)).State);
    }

    [Fact]
    public async Task Object_store_answers_with_the_digest_where_it_is_wanted_and_denies_what_is_rotten()
    {
        var site = await S3Site.OpenAsync();
        try
        {
            var import = (await site.Bench.High.Catalog.ListAsync(ImportState.Published, null, 1, Cancellation)).Single();
            await CheckAnswersAsync(site.Bench, import, (method, headers) => site.Sender.SendAsync(method, S3Site.Key, headers));

            site.Bench.High.Flip(import, Train, byteAt: 3, bit: 1);
            using var rotten = await site.Sender.SendAsync(HttpMethod.Get, S3Site.Key, ("Want-Repr-Digest", "sha-256=1"));
            Assert.Equal(HttpStatusCode.Forbidden, rotten.StatusCode);
            Assert.Contains("<Code>AccessDenied</Code>", await rotten.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            Assert.Equal(ImportState.Incomplete, (await site.Bench.High.FindAsync(import.Id)).State);
        }
        finally
        {
            await site.DisposeAsync();
        }
    }

    private static Shipment Small(HighBench bench) => Shipment.Of(bench, p => p with { Files = [("README.md", "# Sums\n"), (Train, OciBench.Train)] });

    /// <summary>What a sound file is answered with: hashed only where that is wanted, and the digest that of the whole.</summary>
    private static async Task CheckAnswersAsync(ReaderBench bench, ImportRecord import, Func<HttpMethod, (string Name, string Value)[], Task<HttpResponseMessage>> send)
    {
        using (var plain = await send(HttpMethod.Get, []))
        using (var unwanted = await send(HttpMethod.Get, [("Want-Repr-Digest", "sha-256=0")]))
        {
            Assert.False(plain.Headers.Contains(ReprDigest.Header));
            Assert.False(unwanted.Headers.Contains(ReprDigest.Header));
            Assert.Equal(0, bench.High.ReadVerification.Begun);
        }

        foreach (var (method, range, status) in new[]
        {
            (HttpMethod.Get, "", HttpStatusCode.OK), (HttpMethod.Head, "", HttpStatusCode.OK), (HttpMethod.Get, "bytes=1-2", HttpStatusCode.PartialContent),
        })
        {
            using var answer = await send(method, [("Want-Repr-Digest", "sha-512=2, sha-256=1"), .. range.Length > 0 ? new[] { ("Range", range) } : []]);
            Assert.Equal(status, answer.StatusCode);
            Assert.Equal(DigestOfTrain, answer.Headers.GetValues(ReprDigest.Header).Single());
        }

        using (var outside = await send(HttpMethod.Get, [("Want-Repr-Digest", "sha-256=1"), ("Range", "bytes=1000-")]))
        {
            Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, outside.StatusCode);
            Assert.False(outside.Headers.Contains(ReprDigest.Header));
        }

        Assert.Equal(4, bench.High.ReadVerification.Begun);
        Assert.Equal(ImportState.Published, (await bench.High.FindAsync(import.Id)).State);
    }

    private static Task<Refusal?> CheckAsync(HighBench bench, ImportRecord import, string path, CancellationToken? token = null) =>
        bench.ReadVerification.CheckAsync(import, ArtifactPath.Parse(path).Succeeded(out var parsed, out _) ? parsed : throw new ArgumentException(path), token ?? Cancellation);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, Cancellation);
    }

    private static async Task<string> ReadAsync(ImportService.ImportServiceClient imports, ImportRecord import, string path, bool verify, long offset = 0, long limit = 0)
    {
        using var call = imports.ReadImport(
            new() { Name = $"imports/{import.Id}", Path = path, Offset = offset, Limit = limit, Verify = verify }, cancellationToken: Cancellation);
        var text = new StringBuilder();
        await foreach (var part in call.ResponseStream.ReadAllAsync(Cancellation))
        {
            text.Append(part.Data.ToStringUtf8());
        }

        return text.ToString();
    }

    private static async Task<RefusalCode> CodeAsync(ImportService.ImportServiceClient imports, ImportRecord import, string path, bool verify, long limit = 0) =>
        ReaderBench.CodeOf(await Assert.ThrowsAsync<RpcException>(() => ReadAsync(imports, import, path, verify, limit: limit)));

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
