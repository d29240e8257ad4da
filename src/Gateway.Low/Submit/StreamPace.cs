using Gateway.Core;
using Grpc.Core;

namespace Gateway.Low.Submit;

/// <summary>
/// Keeps a client stream moving. Kestrel's minimum data rate, body limit and timeout do not hold for client-streaming gRPC calls, so that
/// a client that stands still would keep its stream, and what it locks, for ever.
/// </summary>
internal sealed class StreamPace : IDisposable
{
    /// <summary>Longest wait for one message: what a phone-grade link needs to come back after a hand-over.</summary>
    public static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Waiting that is forgiven before the rate counts; TCP's slow start and a client that hashes first fit in it.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    /// <summary>Least rate over the time spent waiting for the client, in bytes per second: 17 times Kestrel's own 240.</summary>
    public const int MinimumBytesPerSecond = 4096;

    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly List<CancellationTokenRegistration> registrations = [];
    private readonly ITimer timer;
    private volatile bool stalled;
    private TimeSpan waited;
    private long received;

    public StreamPace(TimeProvider time, CancellationToken cancellation)
    {
        this.time = time;
        EndWith(cancellation);
        timer = time.CreateTimer(
            _ =>
            {
                stalled = true;
                stop.Cancel();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the wait for a message when this is cancelled, too.</summary>
    public void EndWith(CancellationToken cancellation) => registrations.Add(cancellation.UnsafeRegister(_ => stop.Cancel(), null));

    /// <summary>
    /// Reads the next message: true with one, false at the end of the stream. Refuses with <see cref="RefusalCode.UploadStalled"/>; the
    /// time that this service takes between two reads is not held against the client.
    /// </summary>
    public async ValueTask<Outcome<bool>> MoveNextAsync<T>(IAsyncStreamReader<T> stream)
    {
        var began = time.GetTimestamp();
        timer.Change(StallTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            if (!await stream.MoveNext(stop.Token))
            {
                return false;
            }
        }
        catch (Exception) when (stalled)
        {
            return new Refusal(RefusalCode.UploadStalled, $"no message for {StallTimeout.TotalSeconds} s");
        }
        finally
        {
            timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        waited += time.GetElapsedTime(began);
        return waited > Grace && received < waited.TotalSeconds * MinimumBytesPerSecond
            ? new Refusal(RefusalCode.UploadStalled, $"less than {MinimumBytesPerSecond} bytes per second")
            : true;
    }

    /// <summary>Counts the bytes of the message just read.</summary>
    public void Count(int bytes) => received += bytes;

    public void Dispose()
    {
        timer.Dispose();
        registrations.ForEach(registration => registration.Dispose());
        stop.Dispose();
    }
}
