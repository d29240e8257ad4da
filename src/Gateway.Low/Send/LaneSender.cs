using Gateway.Core.Wire;

namespace Gateway.Low.Send;

/// <summary>One UDP lane out of the low side. It never receives: what a target answers, if anything does, is ignored.</summary>
public sealed class LaneSender : IAsyncDisposable
{
    private readonly LaneSenderOptions options;

    /// <param name="options">How the lane is sent.</param>
    /// <param name="nextSession">Gives a session number that was never used on this lane, durably so before it returns.</param>
    /// <param name="timeProvider">Paces datagrams and heartbeats.</param>
    /// <param name="logger">One line for each session.</param>
    public LaneSender(
        LaneSenderOptions options, Func<CancellationToken, ValueTask<ulong>> nextSession, TimeProvider timeProvider, ILogger<LaneSender> logger) =>
        this.options = options;

    /// <summary>The lane at this moment.</summary>
    public LaneStatus Status => new() { Lane = options.Lane, RateBitsPerSecond = options.RateBitsPerSecond };

    /// <summary>Begins the heartbeats.</summary>
    public void Start() => throw new NotSupportedException("Heartbeats are not sent yet.");

    /// <summary>
    /// Sends one session and returns its number once the last datagram has left. Sessions wait for each other. Cancellation ends it between two groups of blocks.
    /// Throws what <paramref name="read"/> throws, after the end mark.
    /// </summary>
    /// <param name="content">What crosses.</param>
    /// <param name="read">Reads the artifact's byte stream.</param>
    /// <param name="progress">Told the bytes of the stream sent so far.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    public Task<ulong> SendAsync(SessionContent content, ReadBytes read, Action<long> progress, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Sessions are not sent yet.");

    /// <summary>Ends the heartbeats and closes the socket.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
