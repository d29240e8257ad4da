using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>
/// Headers that are not yet whole. Nobody vouches for what they say and a lane without keys takes them from anyone, so there are few, their blocks have memory of their own,
/// and the one that was silent longest makes room. Headers of one session that differ in length or cut are kept apart: a forged datagram must not keep the right header out.
/// </summary>
/// <param name="options">Of the lane.</param>
/// <param name="room">Budget of the headers' bytes; what a whole header holds of it passes to the session.</param>
/// <param name="counters">Of the lane.</param>
/// <param name="log">Of the lane.</param>
internal sealed class LaneHeaders(LaneReceiverOptions options, BlockMemory room, LaneCounters counters, LaneLog log)
{
    private readonly BlockMemory memory = new(options.Memory.HeaderBlockBytes);
    private readonly Dictionary<(ulong Session, FecGeometry Geometry, long Bytes), UnfinishedHeader> headers = [];

    /// <summary>Takes a symbol. Gives the header's bytes when it completes them, and then forgets it.</summary>
    public byte[]? Take(in Datagram datagram, ReadOnlySpan<byte> symbol, TimeSpan now)
    {
        var key = (datagram.Session, datagram.Geometry, datagram.StreamBytes);
        if (!headers.TryGetValue(key, out var header))
        {
            if (Obstacle(datagram) is { } obstacle)
            {
                counters.Drop();
                log.NotOpened(datagram.Session, obstacle);
                return null;
            }

            if (headers.Count == options.MaximumSessions)
            {
                Evict();
            }

            headers[key] = header = new(new(datagram, memory, room));
        }

        header.LastSymbol = now;
        if (header.Assembler.Take(datagram, symbol, out var bytes) is SymbolFate.Duplicate or SymbolFate.Dropped)
        {
            counters.Drop();
        }

        var outOfRoom = header.Assembler.IsOutOfRoom;
        if (bytes is not null || outOfRoom)
        {
            Forget(key, header);
        }

        // The next copy of this header finds the room that another leaves which was given up long ago.
        if (outOfRoom && headers.Count > 0)
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

    private string? Obstacle(in Datagram datagram) =>
        datagram.StreamBytes > SessionHeader.MaximumBytes ? $"its header has {datagram.StreamBytes} bytes, at most {SessionHeader.MaximumBytes} cross"
        : datagram.StreamBytes > options.Memory.HeaderBytes ? $"its header has {datagram.StreamBytes} bytes, at most {options.Memory.HeaderBytes} have room here; raise memoryBytes of the lane"
        : null;

    private void Evict()
    {
        var (key, header) = headers.MinBy(h => h.Value.LastSymbol);
        log.MadeRoom(key.Session);
        Forget(key, header);
    }

    private void Forget((ulong Session, FecGeometry Geometry, long Bytes) key, UnfinishedHeader header)
    {
        header.Assembler.GiveUp();
        headers.Remove(key);
    }

    private sealed class UnfinishedHeader(HeaderAssembler assembler)
    {
        public HeaderAssembler Assembler { get; } = assembler;

        public TimeSpan LastSymbol { get; set; }
    }
}
