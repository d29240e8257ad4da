namespace Gateway.Core.Wire;

/// <summary>Reads part of the artifact's byte stream: fills the memory from this offset on.</summary>
public delegate ValueTask ReadBytes(long offset, Memory<byte> into, CancellationToken cancellationToken);

/// <summary>
/// Turns a session into datagrams in the order in which they are sent. It knows no socket, so that a test or a demonstration can send, lose, change and repeat what it likes.
/// </summary>
public sealed class SessionEncoder
{
    private readonly SessionHeader header;

    private SessionEncoder(SessionHeader header) => this.header = header;

    /// <summary>Prepares a session. Refuses with <see cref="RefusalCode.HeaderInvalid"/> a header that does not fit.</summary>
    public static Outcome<SessionEncoder> Create(SessionHeader header) =>
        header.ToBytes().Succeeded(out _, out var refusal) ? new SessionEncoder(header) : refusal;

    /// <summary>One copy of the header. A datagram is valid until the next one is asked for.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> HeaderDatagramsAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{header.Lane}");

    /// <summary>The byte stream. A datagram is valid until the next one is asked for.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> DataDatagramsAsync(ReadBytes read, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{header.Lane}");

    /// <summary>The whole session: the header as often as asked for, the stream, the header again, the end mark.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> DatagramsAsync(ReadBytes read, int headerRepeats, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{header.Lane}");

    /// <summary>The end mark.</summary>
    public ReadOnlyMemory<byte> EndDatagram() => throw new NotSupportedException($"{header.Lane}");
}
