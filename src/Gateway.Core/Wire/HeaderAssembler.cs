namespace Gateway.Core.Wire;

/// <summary>
/// Puts a session's header together, from as many copies of it as it takes. Memory is used as blocks become whole, never because a datagram announces a length: what is not
/// written of the header's array is not resident.
/// </summary>
public sealed class HeaderAssembler
{
    private readonly BlockAssembler assembler;
    private readonly BlockMemory room;
    private byte[]? header;

    /// <param name="first">Any datagram of kind <see cref="DatagramKind.Header"/> of the session.</param>
    /// <param name="memory">Where blocks are put together.</param>
    /// <param name="room">Budget of the header's own bytes.</param>
    public HeaderAssembler(in Datagram first, BlockMemory memory, BlockMemory room) => (assembler, this.room) = (new(first, memory), room);

    /// <summary>Bytes of the blocks that are whole; they are reserved.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>True where there was no room for a block: the header can only begin again.</summary>
    public bool IsOutOfRoom { get; private set; }

    /// <summary>True where the datagram belongs to the same header.</summary>
    public bool Fits(in Datagram datagram) => assembler.Fits(datagram);

    /// <summary>Takes one symbol of a datagram that <see cref="Fits"/>.</summary>
    /// <param name="datagram">Its place.</param>
    /// <param name="symbol">Its bytes.</param>
    /// <param name="whole">The whole header where this symbol completed it, else null. Its bytes stay reserved; to free them is the taker's.</param>
    public SymbolFate Take(in Datagram datagram, ReadOnlySpan<byte> symbol, out byte[]? whole)
    {
        whole = null;
        var fate = assembler.Take(datagram, symbol, out var assembled);
        if (assembled is not { } block)
        {
            return fate;
        }

        if (room.TryReserve(block.Payload.Length))
        {
            HeldBytes += block.Payload.Length;
            header ??= GC.AllocateUninitializedArray<byte>((int)assembler.StreamBytes);
            block.Payload.CopyTo(header.AsMemory((int)(block.Number * assembler.Geometry.PayloadBytes)));
        }
        else
        {
            (IsOutOfRoom, fate) = (true, SymbolFate.Dropped);
        }

        block.Release();
        if (HeldBytes == assembler.StreamBytes)
        {
            (whole, header, HeldBytes) = (header, null, 0);
        }

        return fate;
    }

    /// <summary>Gives back what is held.</summary>
    public void GiveUp()
    {
        assembler.GiveUp();
        room.Free(HeldBytes);
        (header, HeldBytes) = (null, 0);
    }
}
