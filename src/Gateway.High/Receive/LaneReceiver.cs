using System.Net;
using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>
/// Decides on a session whose header is whole, but believed by nobody yet: verifies its documents and says where its blocks go, or null to drop them all.
/// The blocks of one transfer come from one session at a time: an older session of it has ended before this is called.
/// </summary>
public delegate ValueTask<BlockDestination?> OpenSession(SessionHeader header, CancellationToken cancellationToken);

/// <summary>
/// One UDP lane into the high side. It binds and receives; it cannot send. No datagram ends it, none is answered, and its memory is bounded.
/// A destination that <c>open</c> returned belongs to it: it calls <see cref="BlockDestination.SessionEndedAsync"/> once, then disposes of it.
/// </summary>
public sealed class LaneReceiver : IDisposable
{
    private readonly LaneReceiverOptions options;

    /// <summary>Binds the socket; throws <see cref="System.Net.Sockets.SocketException"/> where the address cannot be bound.</summary>
    public LaneReceiver(LaneReceiverOptions options, OpenSession open, TimeProvider timeProvider, ILogger<LaneReceiver> logger) =>
        this.options = options;

    /// <summary>The address bound, with the port that was given.</summary>
    public IPEndPoint LocalEndPoint => options.Listen;

    /// <summary>The lane at this moment.</summary>
    public LaneStatus Status => new() { Lane = options.Lane };

    /// <summary>Receives until cancelled. A fault in here is a bug and ends the task: the service must stop rather than run deaf.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => throw new NotSupportedException("Nothing is received yet.");

    /// <summary>Closes the socket.</summary>
    public void Dispose()
    {
    }
}
