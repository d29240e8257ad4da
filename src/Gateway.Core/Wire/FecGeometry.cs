using System.Runtime.InteropServices;

namespace Gateway.Core.Wire;

/// <summary>
/// How a stream is cut: blocks of <see cref="DataSymbols"/> symbols, each joined by <see cref="ParitySymbols"/> of parity, sent
/// <see cref="Interleave"/> blocks at a time with symbol s of every block before symbol s+1 of any.
/// A block carries <see cref="PayloadBytes"/> of the stream and ends in its <see cref="BlockSeal"/>; the last one is shortened to the symbols it needs.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FecGeometry
{
    /// <summary>Most symbols in a block, data and parity: GF(2^8) has 255 elements besides 0, and the index fits one byte with one value to spare.</summary>
    public const int MaximumSymbols = 255;

    /// <summary>Fewest bytes in a symbol: one step of the widest kernel, so that no kernel needs a narrow tail.</summary>
    public const int MinimumSymbolBytes = 64;

    /// <summary>Most bytes in a symbol: the largest UDP datagram over IPv4 (65,507) less header and tag.</summary>
    public const int MaximumSymbolBytes = 65_507 - Datagram.OverheadBytes;

    /// <summary>Most blocks in a group; deeper interleaving buys no burst that a group of 64 MiB does not already bridge.</summary>
    public const int MaximumInterleave = 1024;

    /// <summary>Most bytes of one group with its parity: the receiver has up to two in the making, which is half of the 256 MiB that it has for everything unless configured.</summary>
    public const int MaximumGroupBytes = 64 << 20;

    /// <summary>Most blocks in a stream: the receiver keeps bits for each (8 MiB a set); 21 TB with the default geometry.</summary>
    public const long MaximumBlocks = 1L << 26;

    /// <summary>UDP payload that fits an Ethernet frame of 1,500 bytes.</summary>
    public const int DefaultDatagramBytes = 1472;

    private FecGeometry(int dataSymbols, int paritySymbols, int symbolBytes, int interleave)
    {
        DataSymbols = dataSymbols;
        ParitySymbols = paritySymbols;
        SymbolBytes = symbolBytes;
        Interleave = interleave;
    }

    /// <summary>The geometry of <see cref="LossTarget.Default"/> on an Ethernet of 1,500 bytes at 10 Gbit/s.</summary>
    public static FecGeometry Default { get; } =
        LossTarget.Default.GeometryFor(DefaultDatagramBytes, 10_000_000_000).Succeeded(out var geometry, out var refusal)
            ? geometry
            : throw new InvalidOperationException(refusal.Detail);

    /// <summary>k: data symbols in a full block, at least 1.</summary>
    public int DataSymbols { get; }

    /// <summary>m: parity symbols in every block, at least 1; k + m is at most <see cref="MaximumSymbols"/>.</summary>
    public int ParitySymbols { get; }

    /// <summary>Bytes in a symbol.</summary>
    public int SymbolBytes { get; }

    /// <summary>D: blocks in a full group.</summary>
    public int Interleave { get; }

    /// <summary>Header and symbol of a datagram; a tag may follow.</summary>
    public int DatagramBytes => Datagram.HeaderBytes + SymbolBytes;

    /// <summary>Bytes of the stream in a full block.</summary>
    public int PayloadBytes => DataSymbols * SymbolBytes - BlockSeal.Bytes;

    /// <summary>Bytes of a full block with its parity.</summary>
    public int BlockBytes => (DataSymbols + ParitySymbols) * SymbolBytes;

    /// <summary>Checks the four numbers against the limits above. Refuses with <see cref="RefusalCode.HeaderInvalid"/> and the number that is wrong.</summary>
    public static Outcome<FecGeometry> Create(int dataSymbols, int paritySymbols, int symbolBytes, int interleave) =>
        Fault(dataSymbols, paritySymbols, symbolBytes, interleave) is { } fault
            ? new Refusal(RefusalCode.HeaderInvalid, fault)
            : new FecGeometry(dataSymbols, paritySymbols, symbolBytes, interleave);

    /// <summary>Blocks of a stream of that many bytes; 0 for an empty one.</summary>
    public long BlocksOf(long streamBytes) => streamBytes == 0 ? 0 : (streamBytes - 1) / PayloadBytes + 1;

    /// <summary>True where a stream of that many bytes has no more than <see cref="MaximumBlocks"/>.</summary>
    public bool Holds(long streamBytes) => streamBytes >= 0 && streamBytes <= MaximumBlocks * PayloadBytes;

    /// <summary>True where a stream of that many bytes has such a block. Without a division: it is asked of every datagram.</summary>
    public bool HasBlock(long streamBytes, long block) => block is >= 0 and < MaximumBlocks && block * PayloadBytes < streamBytes;

    /// <summary>Bytes of the stream that a block carries.</summary>
    public int PayloadOf(long streamBytes, long block) => (int)Math.Min(PayloadBytes, streamBytes - block * PayloadBytes);

    /// <summary>Data symbols of a block: k, or fewer in a last block that needs fewer.</summary>
    public int DataSymbolsOf(long streamBytes, long block) => DataSymbolsOfPacked(PayloadOf(streamBytes, block));

    /// <summary>Data symbols of a block whose content was packed into that many bytes.</summary>
    public int DataSymbolsOfPacked(int packedBytes) => packedBytes == PayloadBytes ? DataSymbols : (packedBytes + BlockSeal.Bytes - 1) / SymbolBytes + 1;

    internal static bool IsValid(int dataSymbols, int paritySymbols, int symbolBytes, int interleave) =>
        Fault(dataSymbols, paritySymbols, symbolBytes, interleave) is null;

    internal static FecGeometry FromValid(int dataSymbols, int paritySymbols, int symbolBytes, int interleave) =>
        new(dataSymbols, paritySymbols, symbolBytes, interleave);

    private static string? Fault(int dataSymbols, int paritySymbols, int symbolBytes, int interleave)
    {
        if (dataSymbols is < 1 or > MaximumSymbols)
        {
            return "data symbols";
        }

        if (paritySymbols < 1 || paritySymbols > MaximumSymbols - dataSymbols)
        {
            return "parity symbols";
        }

        if (symbolBytes is < MinimumSymbolBytes or > MaximumSymbolBytes)
        {
            return "symbol bytes";
        }

        return interleave is < 1 or > MaximumInterleave || (long)(dataSymbols + paritySymbols) * symbolBytes * interleave > MaximumGroupBytes
            ? "interleave"
            : null;
    }
}
