using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>
/// Headers that are not yet whole. Nobody vouches for them and they cost their sender nothing, so there are few, with memory of their own, and the one that was silent longest
/// makes room. Headers of one session that differ in length or cut are kept apart: a forged datagram must not keep the right header out.
/// </summary>
internal sealed partial class LaneHeaders(LaneReceiverOptions options, LaneCounters counters, ILogger logger)
{
    // Two groups of headers' blocks in the default geometry fit six times over; one with datagrams of 9,000 bytes fits twice.
    private const long BlockBytes = 32L << 20;

    private readonly BlockMemory memory = new(BlockBytes);
    private readonly Dictionary<(ulong Session, FecGeometry Geometry, long Bytes), UnfinishedHeader> headers = [];

    /// <summary>Takes a symbol. Gives the header's bytes when it completes them, and then forgets it.</summary>
    public byte[]? Take(in Datagram datagram, ReadOnlySpan<byte> symbol, TimeSpan now)
    {
        var key = (datagram.Session, datagram.Geometry, datagram.StreamBytes);
        if (!headers.TryGetValue(key, out var header))
        {
            if (HeaderAssembler.IsTooLong(datagram))
            {
                counters.Drop();
                return null;
            }

            if (headers.Count == options.MaximumSessions)
            {
                Evict();
            }

            headers[key] = header = new(new(datagram, memory));
        }

        header.LastSymbol = now;
        if (header.Assembler.Take(datagram, symbol, out var bytes) is SymbolFate.Duplicate or SymbolFate.Dropped)
        {
            counters.Drop();
        }

        if (bytes is not null)
        {
            Forget(key, header);
        }

        while (headers.Values.Sum(h => h.Assembler.HeldBytes) > options.HeaderBytes)
        {
            Evict();
        }

        return bytes;
    }

    /// <summary>Forgets what was silent for too long.</summary>
    public void Expire(TimeSpan now)
    {
        foreach (var (key, header) in headers)
        {
            if (now - header.LastSymbol >= options.IdleTimeout)
            {
                Forget(key, header);
            }
        }
    }

    /// <summary>Forgets every header of a session: one of them was right.</summary>
    public void Forget(ulong session)
    {
        foreach (var (key, header) in headers)
        {
            if (key.Session == session)
            {
                Forget(key, header);
            }
        }
    }

    private void Evict()
    {
        var (key, header) = headers.MinBy(h => h.Value.LastSymbol);
        LogEvicted(key.Session, options.Lane);
        Forget(key, header);
    }

    private void Forget((ulong Session, FecGeometry Geometry, long Bytes) key, UnfinishedHeader header)
    {
        header.Assembler.GiveUp();
        headers.Remove(key);
    }

    [LoggerMessage(LogLevel.Warning, "Session {Session} on lane {Lane} made room before its header was whole")]
    private partial void LogEvicted(ulong session, string lane);

    private sealed class UnfinishedHeader(HeaderAssembler assembler)
    {
        public HeaderAssembler Assembler { get; } = assembler;

        public TimeSpan LastSymbol { get; set; }
    }
}
