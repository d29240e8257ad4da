using Gateway.Core.Wire;

namespace Gateway.Low.Send;

/// <summary>Sends the sessions of one lane, as datagrams or as files.</summary>
public interface ISessionSender : IAsyncDisposable
{
    /// <summary>The lane at this moment.</summary>
    LaneStatus Status { get; }

    /// <summary>Begins what a lane does without a session. To be called once.</summary>
    void Start();

    /// <summary>Sends one session and returns its number once all of it has left.</summary>
    /// <param name="outbound">What crosses.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    Task<ulong> SendAsync(OutboundSession outbound, CancellationToken cancellationToken);
}
