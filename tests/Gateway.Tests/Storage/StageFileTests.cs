using System.Text;
using CsCheck;
using Gateway.Core;
using Gateway.Storage;
using Xunit;

namespace Gateway.Tests.Storage;

public sealed class StageFileTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    [Fact]
    public void Appends_continue_where_the_bytes_end_and_nowhere_else()
    {
        using var stage = StageFile.Open(directory["stage"], 0, 10);
        Assert.Null(stage.Append(0, "0123"u8));
        Assert.Equal(RefusalCode.UploadOffset, stage.Append(0, "0123"u8)?.Code);
        Assert.Equal(RefusalCode.UploadOffset, stage.Append(5, "5"u8)?.Code);
        Assert.Equal(RefusalCode.UploadOffset, stage.Append(-1, "5"u8)?.Code);
        Assert.Null(stage.Append(4, "456789"u8));
        Assert.Equal("0123456789", Text(stage, 0, 100));
        Assert.Equal("345", Text(stage, 3, 3));
    }

    [Fact]
    public void More_than_was_declared_is_refused_whole()
    {
        using var stage = StageFile.Open(directory["stage"], 0, 4);
        Assert.Equal(RefusalCode.UploadTooLong, stage.Append(0, "01234"u8)?.Code);
        Assert.Equal(0, stage.Bytes);
        Assert.Null(stage.Append(0, "0123"u8));
        Assert.Equal(RefusalCode.UploadTooLong, stage.Append(4, "4"u8)?.Code);
    }

    [Fact]
    public async Task Only_flushed_bytes_are_acknowledged_and_a_restart_drops_the_rest()
    {
        using (var stage = StageFile.Open(directory["stage"], 0, 100))
        {
            stage.Append(0, "kept"u8);
            Assert.Equal(0, stage.DurableBytes);
            Assert.Equal(4, await stage.FlushAsync());
            stage.Append(4, "lost"u8);
            Assert.Equal(4, stage.DurableBytes);
        }

        using var resumed = StageFile.Open(directory["stage"], 4, 100);
        Assert.Equal(4, resumed.Bytes);
        Assert.Null(resumed.Append(4, "!"u8));
        Assert.Equal("kept!", Text(resumed, 0, 100));
    }

    [Fact]
    public void A_file_that_lost_acknowledged_bytes_is_an_error()
    {
        directory.Write("stage", "abc");
        Assert.Throws<InvalidDataException>(() => StageFile.Open(directory["stage"], 4, 100));
    }

    [Fact]
    public async Task A_flush_is_due_after_its_interval()
    {
        using var stage = StageFile.Open(directory["stage"], 0, StageFile.FlushInterval);
        var part = new byte[1 << 20];
        for (long offset = 0; offset < StageFile.FlushInterval; offset += part.Length)
        {
            Assert.False(stage.FlushDue);
            stage.Append(offset, part);
        }

        Assert.True(stage.FlushDue);
        await stage.FlushAsync();
        Assert.False(stage.FlushDue);
    }

    [Fact]
    public void A_full_disk_is_a_refusal_and_keeps_what_is_there()
    {
        // /dev/full takes no byte: every write fails with ENOSPC.
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        File.CreateSymbolicLink(directory["stage"], "/dev/full");
        using var stage = StageFile.Open(directory["stage"], 0, 100);
        Assert.Equal(RefusalCode.StorageFull, stage.Append(0, "x"u8)?.Code);
        Assert.Equal(0, stage.Bytes);
    }

    [Fact]
    public Task Parts_of_any_size_with_restarts_between_add_up() =>
        Gen.Byte.Array[0, 40].Array[0, 12].SampleAsync(
            async parts =>
            {
                var path = directory[Guid.NewGuid().ToString("N")];
                long durable = 0;
                foreach (var part in parts)
                {
                    using var stage = StageFile.Open(path, durable, 1000);
                    Assert.Null(stage.Append(durable, part));
                    durable = await stage.FlushAsync();
                }

                using var whole = StageFile.Open(path, durable, 1000);
                var read = new byte[2000];
                Assert.Equal(parts.SelectMany(part => part), read[..whole.Read(0, read)]);
            },
            iter: 30);

    public void Dispose() => directory.Dispose();

    private static string Text(StageFile stage, long offset, int count)
    {
        var buffer = new byte[count];
        return Encoding.ASCII.GetString(buffer, 0, stage.Read(offset, buffer));
    }
}
