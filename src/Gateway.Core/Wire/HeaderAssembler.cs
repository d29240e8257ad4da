namespace Gateway.Core.Wire;

/// <summary>Puts a session's header together, from as many copies of it as it takes. Memory is taken as blocks become whole, never because a datagram announces a length.</summary>
public sealed class HeaderAssembler
{
    private readonly BlockAssembler assembler;
    private readonly Dictionary<long, byte[]> blocks = [];

    /// <param name="first">Any datagram of kind <see cref="DatagramKind.Header"/> of the session.</param>
    /// <param name="memory">Where blocks are put together.</param>
    public HeaderAssembler(in Datagram first, BlockMemory memory) => assembler = new(first, memory);

    /// <summary>Bytes of the blocks that are whole.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>How the header is cut, as its datagrams say.</summary>
    public FecGeometry Geometry => assembler.Geometry;

    /// <summary>True where no header may be as long as this one claims to be.</summary>
    public static bool IsTooLong(in Datagram datagram) => datagram.StreamBytes > SessionHeader.MaximumBytes;

    /// <summary>True where the datagram belongs to the same header.</summary>
    public bool Fits(in Datagram datagram) => assembler.Fits(datagram);

    /// <summary>Takes one symbol of a datagram that <see cref="Fits"/>.</summary>
    /// <param name="datagram">Its place.</param>
    /// <param name="symbol">Its bytes.</param>
    /// <param name="header">The whole header where this symbol completed it, else null.</param>
    public SymbolFate Take(in Datagram datagram, ReadOnlySpan<byte> symbol, out byte[]? header)
    {
        header = null;
        var fate = assembler.Take(datagram, symbol, out var block);
        if (block is not { } whole)
        {
            return fate;
        }

        blocks[whole.Number] = whole.Payload.ToArray();
        HeldBytes += whole.Payload.Length;
        whole.Release();
        if (blocks.Count == assembler.Geometry.BlocksOf(assembler.StreamBytes))
        {
            header = new byte[assembler.StreamBytes];
            foreach (var (number, payload) in blocks)
            {
                payload.CopyTo(header, number * assembler.Geometry.PayloadBytes);
            }

            blocks.Clear();
        }

        return fate;
    }

    /// <summary>Gives back what is held of unfinished blocks.</summary>
    public void GiveUp() => assembler.GiveUp();
}
