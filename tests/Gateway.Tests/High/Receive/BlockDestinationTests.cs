using Gateway.High.Receive;
using Xunit;

namespace Gateway.Tests.High.Receive;

public sealed class BlockDestinationTests : IDisposable
{
    private static readonly StagedFile[] Files = [new("a", 10), new("b/c", 0), new("b/d", 25), new("e", 1), new("f", 7)];

    private readonly string root = Directory.CreateTempSubdirectory("gateway-test-").FullName;
    private readonly List<BlockProgress> reports = [];
    private readonly List<Exception> failures = [];

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Blocks_in_any_order_fill_every_file_and_the_last_one_reports_all()
    {
        var stream = Enumerable.Range(0, 43).Select(i => (byte)i).ToArray();
        await using var destination = Open(BlockBitmap.Empty(43, 8));
        foreach (var block in new[] { 5, 0, 4, 2, 2, 1, 3 })
        {
            await destination.WriteAsync(block, stream.AsMemory(block * 8, Math.Min(8, 43 - (block * 8))), default);
        }

        using var joined = new MemoryStream();
        foreach (var file in Files)
        {
            await using var stored = File.OpenRead(Path.Combine(root, file.Path));
            Assert.Equal(file.Bytes, stored.Length);
            await stored.CopyToAsync(joined, TestContext.Current.CancellationToken);
        }

        Assert.Equal(stream, joined.ToArray());
        Assert.Equal(0, Assert.Single(reports).Blocks.Missing);
        Assert.True(destination.IsClosed);
        Assert.Empty(failures);
    }

    [Theory]
    [InlineData(-1, 8)]
    [InlineData(6, 8)]
    [InlineData(long.MaxValue, 8)]
    [InlineData(5, 8)]
    [InlineData(0, 7)]
    [InlineData(0, 0)]
    public async Task Number_or_length_that_is_no_blocks_writes_nothing(long block, int length)
    {
        await using var destination = Open(BlockBitmap.Empty(43, 8));
        await destination.WriteAsync(block, new byte[length], default);
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
        Assert.False(destination.Has(block));
    }

    [Fact]
    public async Task Session_that_ends_early_reports_what_is_there_and_a_new_one_completes_it()
    {
        await using (var first = Open(BlockBitmap.Empty(43, 8)))
        {
            await first.WriteAsync(3, new byte[8], default);
            await first.SessionEndedAsync(default);
        }

        var partial = Assert.Single(reports);
        Assert.True(partial.SessionEnded);
        Assert.Equal(8, partial.Blocks.WrittenBytes);

        await using var second = Open(BlockBitmap.FromBytes(43, 8, partial.Blocks.ToBytes())!);
        Assert.True(second.Has(3));
        for (var block = 0; block < 6; block++)
        {
            await second.WriteAsync(block, new byte[block == 5 ? 3 : 8], default);
        }

        Assert.Equal(0, reports[^1].Blocks.Missing);
        Assert.True(File.Exists(Path.Combine(root, "b/c")));
    }

    [Fact]
    public async Task Disk_that_fails_ends_the_destination_and_claims_nothing()
    {
        await File.WriteAllTextAsync(Path.Combine(root, "b"), "a file where a directory must be", TestContext.Current.CancellationToken);
        await using var destination = Open(BlockBitmap.Empty(43, 8));
        await destination.WriteAsync(2, new byte[8], default);
        await destination.SessionEndedAsync(default);
        Assert.Single(failures);
        Assert.True(destination.IsClosed);
        Assert.Empty(reports);
    }

    private BlockDestination Open(BlockBitmap bitmap) =>
        new(new StagedTree(root, Files), bitmap, (progress, _) =>
        {
            reports.Add(progress);
            return ValueTask.FromResult(progress.Blocks.Missing);
        }, failure =>
        {
            failures.Add(failure);
            return ValueTask.CompletedTask;
        });
}
