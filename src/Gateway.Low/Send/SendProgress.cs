using System.Threading.Channels;

namespace Gateway.Low.Send;

/// <summary>Records how far a session is, beside it: the lane never waits for the catalog.</summary>
internal sealed class SendProgress : IAsyncDisposable
{
    /// <summary>Time between two records: people watch it, and each is a durable commit.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Bytes before the recorded position that a session begins with after a restart: more than the sockets of a lane and its network cards hold, which is what a
    /// machine loses that loses its power.
    /// </summary>
    public const long ResumeMarginBytes = 64 << 20;

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

    /// <summary>The block at which a transfer's next session begins: the first, unless an earlier one was cut off that had blocks of the same size.</summary>
    public static long FirstBlock(long sentBytes, int sentPayloadBytes, int payloadBytes) =>
        sentPayloadBytes == payloadBytes ? Math.Max(0, sentBytes - ResumeMarginBytes) / payloadBytes : 0;

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
