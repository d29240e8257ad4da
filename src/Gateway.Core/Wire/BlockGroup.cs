using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Gateway.Core.Wire;

/// <summary>
/// The datagrams of up to D blocks, made in place: the file is read to where the symbols are sent from, and seal, parity, header and tag are written around them.
/// They lie block by block and are sent row by row: row s holds symbol s of every block, so that a burst of loss is shared among the blocks.
/// Reused from group to group and from session to session of one geometry. Not thread-safe.
/// </summary>
public sealed class BlockGroup
{
    private readonly FecGeometry geometry;
    private readonly DatagramSealer sealer;
    private readonly byte[] buffer;
    private readonly int blockBytes;
    private readonly int[] symbols;
    private readonly XxHash128 hash = new();
    private int blocks;

    /// <param name="geometry">How streams are cut.</param>
    /// <param name="mostBlocks">Blocks that it has room for.</param>
    /// <param name="sealer">Gives the datagrams their sequence and tag; used while the group is filled.</param>
    public BlockGroup(FecGeometry geometry, int mostBlocks, DatagramSealer sealer)
    {
        (this.geometry, this.sealer) = (geometry, sealer);
        DatagramBytes = geometry.DatagramBytes + sealer.TagBytes;
        blockBytes = (geometry.DataSymbols + geometry.ParitySymbols) * DatagramBytes;

        // Pinned for good: the kernel reads and writes it by address.
        buffer = LargePages.AllocatePinned(mostBlocks * blockBytes);
        symbols = new int[mostBlocks];
    }

    /// <summary>Rows to send.</summary>
    public int Rows { get; private set; }

    /// <summary>Bytes of each datagram.</summary>
    public int DatagramBytes { get; }

    /// <summary>Blocks that it has room for, which is also the most datagrams of a row.</summary>
    public int MostBlocks => symbols.Length;

    /// <summary>Bytes of the stream that the group carries.</summary>
    public long PayloadBytes { get; private set; }

    /// <summary>All datagrams. The memory never moves; what it holds is valid until the group is filled again.</summary>
    public ReadOnlyMemory<byte> Bytes => buffer;

    /// <summary>Says where the datagrams of one row begin in <see cref="Bytes"/>.</summary>
    /// <param name="row">The row.</param>
    /// <param name="offsets">Filled; room for <see cref="MostBlocks"/>.</param>
    /// <returns>Datagrams in the row: blocks that have fewer symbols lack from the later ones.</returns>
    public int Row(int row, Span<int> offsets)
    {
        var count = 0;
        for (var place = 0; place < blocks; place++)
        {
            if (row < symbols[place])
            {
                offsets[count++] = place * blockBytes + row * DatagramBytes;
            }
        }

        return count;
    }

    /// <summary>Reads and encodes blocks of a stream.</summary>
    internal async ValueTask FillAsync(BlockStream stream, BlockRanges numbers, BlockPacker? packer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numbers.Blocks, MostBlocks);
        (blocks, Rows, PayloadBytes) = (0, 0, 0);
        foreach (var number in numbers.Numbers())
        {
            var payload = geometry.PayloadOf(stream.Bytes, number);
            var into = packer is null ? ContentAt(blocks, payload) : new(packer.Payload(payload), payload, payload);
            await stream.Read(number * geometry.PayloadBytes, into, cancellationToken).ConfigureAwait(false);
            Encode(stream, number, payload, packer);
            PayloadBytes += payload;
            Rows = Math.Max(Rows, symbols[blocks]);
            blocks++;
        }
    }

    private void Encode(BlockStream stream, long number, int payload, BlockPacker? packer)
    {
        var isPacked = false;
        var contentBytes = payload;
        if (packer is not null)
        {
            var content = packer.Pack(payload, out isPacked);
            contentBytes = content.Length;
            ContentAt(blocks, contentBytes).CopyFrom(content);
        }

        var kind = isPacked ? DatagramKind.Packed : stream.Kind;
        var dataSymbols = geometry.DataSymbolsOfPacked(contentBytes);
        var paritySymbols = isPacked ? packer!.ParityFor(dataSymbols) : geometry.ParitySymbols;
        var block = buffer.AsSpan(blocks * blockBytes, blockBytes);
        ClearBehind(block, contentBytes, dataSymbols);

        var places = block[Datagram.HeaderBytes..];
        var sealedBytes = (dataSymbols - 1) * DatagramBytes + geometry.SymbolBytes;
        BlockSeal.Write(places[..sealedBytes], DatagramBytes, geometry.SymbolBytes, hash, kind, stream.Session, (ulong)number);
        ReedSolomon.Encode(places, DatagramBytes, dataSymbols, paritySymbols, geometry.SymbolBytes);

        symbols[blocks] = dataSymbols + paritySymbols;
        var counter = sealer.Sequence.Take(symbols[blocks]);
        var first = isPacked
            ? Datagram.OfPacked(stream.LaneTag, stream.Session, geometry, contentBytes, number, symbol: 0)
            : Datagram.Of(kind, stream.LaneTag, stream.Session, geometry, stream.Bytes, number, symbol: 0);
        first.Write(block);
        for (var symbol = 0; symbol < symbols[blocks]; symbol++)
        {
            var datagram = block.Slice(symbol * DatagramBytes, DatagramBytes);
            Datagram.WriteAsOf(block, symbol, datagram);
            sealer.Seal(datagram, counter + (ulong)symbol);
        }
    }

    // Between the content and the seal of a shortened block lies what the buffer held before.
    private void ClearBehind(Span<byte> block, int contentBytes, int dataSymbols)
    {
        for (var symbol = contentBytes / geometry.SymbolBytes; symbol < dataSymbols; symbol++)
        {
            var filled = Math.Max(0, contentBytes - symbol * geometry.SymbolBytes);
            block.Slice(symbol * DatagramBytes + Datagram.HeaderBytes + filled, geometry.SymbolBytes - filled).Clear();
        }
    }

    private ScatteredMemory ContentAt(int place, int bytes)
    {
        var (whole, rest) = Math.DivRem(bytes - 1, geometry.SymbolBytes);
        return new(
            MemoryMarshal.CreateFromPinnedArray(buffer, place * blockBytes + Datagram.HeaderBytes, whole * DatagramBytes + rest + 1), DatagramBytes, geometry.SymbolBytes);
    }
}

/// <summary>A stream of a session as a group needs to know it.</summary>
internal sealed record BlockStream(DatagramKind Kind, uint LaneTag, ulong Session, long Bytes, ReadBytes Read);
