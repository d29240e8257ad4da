namespace Gateway.Core.Wire;

/// <summary>Reads part of the artifact's byte stream: fills the memory from this offset on.</summary>
public delegate ValueTask ReadBytes(long offset, Memory<byte> into, CancellationToken cancellationToken);

/// <summary>
/// The datagrams of up to D blocks, in the order in which they are sent: row s holds symbol s of every block, so that a burst of loss is shared among the blocks.
/// Reused from group to group; holds one block and one group, <see cref="FecGeometry.MaximumGroupBytes"/> and the datagrams' headers at most.
/// </summary>
public sealed class BlockGroup
{
    private readonly uint laneTag;
    private readonly ulong session;
    private readonly FecGeometry geometry;
    private readonly byte[] block;
    private readonly byte[] datagrams;
    private int blocks;
    private int lastBlockSymbols;

    internal BlockGroup(SessionHeader header, int mostBlocks)
    {
        laneTag = Datagram.TagOf(header.Lane);
        session = header.Session;
        geometry = header.Geometry;
        block = new byte[geometry.BlockBytes];
        datagrams = new byte[mostBlocks * (geometry.DataSymbols + geometry.ParitySymbols) * geometry.DatagramBytes];
    }

    /// <summary>Rows to send.</summary>
    public int Rows { get; private set; }

    /// <summary>Bytes of each datagram.</summary>
    public int DatagramBytes => geometry.DatagramBytes;

    /// <summary>Bytes of the stream that the group carries.</summary>
    public long PayloadBytes { get; private set; }

    /// <summary>The datagrams of one row, all of <see cref="DatagramBytes"/>, one behind the other. Valid until the group is filled again.</summary>
    public ReadOnlyMemory<byte> Row(int row)
    {
        // Only the last block of a stream is shortened, and it is the last of its group: rows beyond it lack their last datagram.
        var count = row < lastBlockSymbols ? blocks : blocks - 1;
        return datagrams.AsMemory(row * blocks * DatagramBytes, count * DatagramBytes);
    }

    internal async ValueTask FillAsync(SessionStep step, long streamBytes, ReadBytes read, CancellationToken cancellationToken)
    {
        blocks = step.Blocks;
        PayloadBytes = 0;
        Rows = geometry.DataSymbolsOf(streamBytes, step.FirstBlock) + geometry.ParitySymbols;
        for (var i = 0; i < blocks; i++)
        {
            var number = step.FirstBlock + i;
            var payload = geometry.PayloadOf(streamBytes, number);
            var content = geometry.DataSymbolsOf(streamBytes, number) * geometry.SymbolBytes;
            await read(number * geometry.PayloadBytes, block.AsMemory(0, payload), cancellationToken).ConfigureAwait(false);
            block.AsSpan(payload..content).Clear();
            Encode(step.Kind, streamBytes, number, i);
            PayloadBytes += payload;
        }
    }

    private void Encode(DatagramKind kind, long streamBytes, long number, int place)
    {
        var dataSymbols = geometry.DataSymbolsOf(streamBytes, number);
        var symbols = dataSymbols + geometry.ParitySymbols;
        BlockSeal.Write(block.AsSpan(0, dataSymbols * geometry.SymbolBytes), kind, session, (ulong)number);
        ReedSolomon.Encode(block, dataSymbols, geometry.ParitySymbols, geometry.SymbolBytes);
        for (var symbol = 0; symbol < symbols; symbol++)
        {
            var datagram = datagrams.AsSpan((symbol * blocks + place) * DatagramBytes, DatagramBytes);
            Datagram.Of(kind, laneTag, session, geometry, streamBytes, number, symbol).Write(datagram);
            block.AsSpan(symbol * geometry.SymbolBytes, geometry.SymbolBytes).CopyTo(datagram[Datagram.HeaderBytes..]);
        }

        lastBlockSymbols = symbols;
    }
}
