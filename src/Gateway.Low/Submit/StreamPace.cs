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

    /// <summary>Longest wait for the first message: a client that resumes hashes first what is staged already, and nothing is held for it yet.</summary>
    public static readonly TimeSpan FirstMessageTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Waiting that is forgiven before the rate counts; TCP's slow start and a client that hashes first fit in it.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    /// <summary>Least rate over the time spent waiting for the client, in bytes per second: 17 times Kestrel's own 240.</summary>
    public const int MinimumBytesPerSecond = 4096;

    private readonly TimeProvider time;
    private readonly CancellationToken call;
    private readonly CancellationTokenSource stop = new();
    private readonly List<CancellationTokenRegistration> registrations = [];
    private readonly ITimer timer;
    private volatile bool stalled;
    private bool begun;
    private TimeSpan waited;
    private long received;

    /// <param name="time">Clock of this side.</param>
    /// <param name="call">Ends with the call.</param>
    public StreamPace(TimeProvider time, CancellationToken call)
    {
        this.time = time;
        this.call = call;
        GiveWay(call);
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

    /// <summary>Ends the wait for a message when another call takes over.</summary>
    public void GiveWay(CancellationToken takeover) => registrations.Add(takeover.UnsafeRegister(_ => stop.Cancel(), null));

    /// <summary>
    /// Reads the next message: true with one, false at the end of the stream. Refuses with <see cref="RefusalCode.UploadStalled"/>, or with
    /// <see cref="RefusalCode.StateWrong"/> where another call took over. The time that this service takes between two reads is not
    /// held against the client.
    /// </summary>
    public async ValueTask<Outcome<bool>> MoveNextAsync<T>(IAsyncStreamReader<T> stream)
    {
        var began = time.GetTimestamp();
        var longest = begun ? StallTimeout : FirstMessageTimeout;
        timer.Change(longest, Timeout.InfiniteTimeSpan);
        try
        {
            if (!await stream.MoveNext(stop.Token))
            {
                return false;
            }
        }
        catch (Exception) when (stalled)
        {
            return new Refusal(RefusalCode.UploadStalled, $"no message for {longest.TotalSeconds} s");
        }
        catch (OperationCanceledException) when (!call.IsCancellationRequested)
        {
            return new Refusal(RefusalCode.StateWrong, "a newer call for this transfer took over");
        }
        finally
        {
            timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        waited += begun ? time.GetElapsedTime(began) : TimeSpan.Zero;
        begun = true;
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
