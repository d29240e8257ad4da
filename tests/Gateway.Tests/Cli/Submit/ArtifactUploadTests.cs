using System.Security.Cryptography;
using Gateway.Cli.Submit;
using Gateway.Core;
using Gateway.Protocol.Low.V1;
using Xunit;

namespace Gateway.Tests.Cli.Submit;

public sealed class ArtifactUploadTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly WireLowSide.StagingSide staging = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task The_stream_is_the_files_one_after_another_and_each_is_hashed_as_it_goes()
    {
        var stream = Write(("a.bin", 3_000_000), ("b.txt", 0), ("c/d.bin", 17), ("e.bin", 1 << 20));

        var digests = await UploadAsync();

        Assert.Equal(stream, staging.Staged.ToArray());
        Assert.Equal(["a.bin", "b.txt", "c/d.bin", "e.bin"], digests.Keys);
        Assert.All(digests, d => Assert.Equal(Digest.Of(File.ReadAllBytes(directory[d.Key])), d.Value));
        Assert.InRange(staging.LargestMessage, 1, 1 << 20);
    }

    [Fact]
    public async Task A_broken_upload_continues_where_staging_ended_and_still_hashes_every_byte()
    {
        var stream = Write(("a.bin", 2_500_000), ("b.bin", 2_500_000), ("c.bin", 5));
        foreach (var at in new[] { 1_000_000L, 2_500_000, 4_999_999, 5_000_003 })
        {
            staging.BreakAt.Enqueue(at);
        }

        var digests = await UploadAsync();

        Assert.Empty(staging.BreakAt);
        Assert.Equal(stream, staging.Staged.ToArray());
        Assert.All(digests, d => Assert.Equal(Digest.Of(File.ReadAllBytes(directory[d.Key])), d.Value));
    }

    [Fact]
    public async Task What_an_earlier_run_staged_is_hashed_and_not_sent_again()
    {
        var stream = Write(("a.bin", 1_500_000), ("b.bin", 1_500_000));
        staging.Staged.Write(stream.AsSpan(0, 2_000_000));

        var digests = await UploadAsync(staged: 2_000_000);

        Assert.Equal(stream, staging.Staged.ToArray());
        Assert.All(digests, d => Assert.Equal(Digest.Of(File.ReadAllBytes(directory[d.Key])), d.Value));
    }

    [Fact]
    public async Task An_artifact_of_empty_files_uploads_nothing_and_has_their_digests()
    {
        Write(("a.txt", 0), ("b.txt", 0));

        Assert.All((await UploadAsync()).Values, d => Assert.Equal(Digest.Of([]), d));
    }

    [Fact]
    public async Task A_file_that_grows_while_it_is_uploaded_is_refused()
    {
        Write(("a.bin", 4_000_000));
        staging.OnStaged = _ => File.AppendAllText(directory["a.bin"], "more");

        Assert.Equal(RefusalCode.FileChanged, await RefusedAsync());
    }

    [Fact]
    public async Task A_file_that_is_replaced_by_one_of_the_same_size_after_the_walk_is_refused()
    {
        Write(("a.bin", 100));
        var tree = Walk();
        directory.Write("new", new string('x', 100));
        File.Move(directory["new"], directory["a.bin"], overwrite: true);

        Assert.Equal(RefusalCode.FileChanged, await RefusedAsync(tree));
    }

    [Fact]
    public async Task A_file_that_is_cut_after_the_walk_is_refused()
    {
        Write(("a.bin", 100));
        var tree = Walk();
        using (var file = File.OpenWrite(directory["a.bin"]))
        {
            file.SetLength(50);
        }

        Assert.Equal(RefusalCode.FileChanged, await RefusedAsync(tree));
    }

    [Fact]
    public void The_request_id_is_the_same_for_the_same_files_and_another_for_another_attempt()
    {
        Write(("a.bin", 100));
        var first = Submission();

        Assert.Equal(first.RequestId(0), Submission().RequestId(0));
        Assert.NotEqual(first.RequestId(0), first.RequestId(1));
        Assert.NotEqual(first.RequestId(0), (first with { Destination = "enclave-b" }).RequestId(0));
        File.AppendAllText(directory["a.bin"], "more");
        Assert.NotEqual(first.RequestId(0), Submission().RequestId(0));
    }

    private Submission Submission() => new(
        Core.Trust.TrustedSite.Value(Gateway.Core.Manifests.ArtifactName.Parse(Gateway.Core.Manifests.ArtifactKind.Dataset, "org/rows", "1")),
        "enclave-a", "", "", "why", "", "", 0, Walk(), SchemaChoice.Of([], Walk()));

    private ArtifactTree Walk() => Core.Trust.TrustedSite.Value(ArtifactTree.Walk(directory.Path, new PathFilter([], []), default));

    private async Task<Dictionary<string, Digest>> UploadAsync(long staged = 0)
    {
        var tree = Walk();
        var digests = Core.Trust.TrustedSite.Value(await RunAsync(tree, staged));
        return tree.Files.Zip(digests).ToDictionary(f => f.First.Path.Value, f => f.Second);
    }

    private async Task<RefusalCode?> RefusedAsync(ArtifactTree? tree = null) => (await RunAsync(tree ?? Walk(), staged: 0)).Refusal?.Code;

    private async Task<Outcome<IReadOnlyList<Digest>>> RunAsync(ArtifactTree tree, long staged)
    {
        await using var low = await WireLowSide.StartAsync(staging, new WireLowSide.ReviewSide());
        return await new ArtifactUpload(
            new TransferService.TransferServiceClient(low.Channel), tree, "transfers/t", TimeProvider.System, _ => { }).RunAsync(staged, CancellationToken.None);
    }

    private byte[] Write(params (string Path, int Bytes)[] files)
    {
        var stream = new MemoryStream();
        foreach (var (path, bytes) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(directory[path])!);
            var content = RandomNumberGenerator.GetBytes(bytes);
            File.WriteAllBytes(directory[path], content);
            stream.Write(content);
        }

        return stream.ToArray();
    }
}
