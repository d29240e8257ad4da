using System.Threading.Channels;

namespace Gateway.Low.Send;

/// <summary>Records how far a session is, beside it: the lane never waits for the catalog.</summary>
internal sealed class SendProgress : IAsyncDisposable
{
    /// <summary>Time between two records: people watch it, and each is a durable commit.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Channel<long> reports = Channel.CreateBounded<long>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly TimeProvider time;
    private readonly Task recording;
    private long reported;

    public SendProgress(Func<long, Task> record, TimeProvider time)
    {
        this.time = time;
        reported = time.GetTimestamp();
        recording = RecordAsync(record);
    }

    public void Report(long bytes)
    {
        if (time.GetElapsedTime(reported) >= Interval)
        {
            reported = time.GetTimestamp();
            reports.Writer.TryWrite(bytes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        reports.Writer.Complete();
        await recording;
    }

    private async Task RecordAsync(Func<long, Task> record)
    {
        await foreach (var bytes in reports.Reader.ReadAllAsync())
        {
            await record(bytes);
        }
    }
}
