using Gateway.Low.Submit;
using Gateway.Storage;
using Xunit;

namespace Gateway.Tests.Low.Submit;

public sealed class StageFlushTests : IDisposable
{
    private static readonly byte[] Part = new byte[1 << 20];

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Appending_goes_on_while_a_flush_runs_and_what_came_meanwhile_is_not_acknowledged_by_it()
    {
        using var stage = StageFile.Open(directory["stage"], 0, 1L << 30);
        var acknowledging = new TaskCompletionSource<long>();
        var acknowledged = new TaskCompletionSource();
        var flush = new StageFlush(stage, durable =>
        {
            acknowledging.TrySetResult(durable);
            return acknowledged.Task;
        });
        await AppendAsync(stage, flush, StageFile.FlushInterval);
        await AppendAsync(stage, flush, StageFile.FlushInterval - Part.Length);

        Assert.Equal(StageFile.FlushInterval, await acknowledging.Task);
        Assert.Equal(StageFile.FlushInterval, stage.DurableBytes);

        // The next one is due, and waits for the first.
        stage.Append(stage.Bytes, Part);
        var next = flush.AppendedAsync();
        Assert.False(next.IsCompleted);
        acknowledged.SetResult();
        await next;
        await flush.FinishAsync();
        Assert.Equal(2 * StageFile.FlushInterval, stage.DurableBytes);
    }

    [Fact]
    public async Task After_an_acknowledgement_that_failed_nothing_more_is_acknowledged()
    {
        using var stage = StageFile.Open(directory["stage"], 0, 1L << 30);
        var calls = 0;
        var flush = new StageFlush(stage, _ =>
        {
            calls++;
            throw new IOException("the catalog is gone");
        });
        await AppendAsync(stage, flush, StageFile.FlushInterval);

        await Assert.ThrowsAsync<IOException>(flush.FinishAsync);
        await Assert.ThrowsAsync<IOException>(flush.FinishAsync);
        Assert.Equal(1, calls);
    }

    private static async Task AppendAsync(StageFile stage, StageFlush flush, long bytes)
    {
        for (; bytes > 0; bytes -= Part.Length)
        {
            Assert.Null(stage.Append(stage.Bytes, Part));
            await flush.AppendedAsync();
        }
    }
}
